import { hookName, printName, renameInHook, renameInUrn } from "../../model/resource-names.js";
import { renameInComposeFile, renameInStackFile } from "../../scripts/rename/edit.js";
import { renamedFiles, resourcesToRename } from "../../scripts/rename/rename.js";
import { withRenamedHost, withRetained } from "../../scripts/lib/state-edit.js";
import { UserError } from "../../scripts/lib/command.js";
import { HomelabError } from "../../model/yaml/problem.js";
import type { ReadFile } from "../../model/types.js";
import { COMPOSE_FILES, TWO_HOSTS } from "./homelab.js";

const PREFIX = "urn:pulumi:test::homelab::homelab:index:NasHost";
const urnOf = (name: string): string => `${PREFIX}$docker:index/container:Container::${name}`;

describe("in the state", () => {
  test("names of a host's resources are other ones, those of hosts with similar names are not", () => {
    const container = { kind: "container", name: "pi5" } as const;
    expect(renameInUrn(urnOf(printName({ ...container, host: "pi5" })), "pi5", "nas")).toBe(
      urnOf(printName({ ...container, host: "nas" })),
    );
    expect(renameInUrn(`${PREFIX}::pi5`, "pi5", "nas")).toBe(`${PREFIX}::nas`);
    expect(renameInUrn(`${urnOf("pi5/engine")}::6a1b`, "pi5", "nas")).toBe(`${urnOf("nas/engine")}::6a1b`);
    expect(renameInHook(hookName("pi5", "confirm"), "pi5", "nas")).toBe(hookName("nas", "confirm"));
    for (const other of [
      urnOf("pi5-2/engine"),
      urnOf("pi4/container/pi5"),
      "urn:pulumi:test::homelab::x::pi5",
      "pi5",
    ]) {
      expect(renameInUrn(other, "pi5", "nas")).toBe(other);
    }
  });

  const state = {
    version: 3,
    deployment: {
      manifest: { time: "2026-11-29T08:00:00Z" },
      secrets_providers: { type: "passphrase" },
      resources: [
        { urn: `${PREFIX}::pi5`, type: "homelab:index:NasHost", outputs: { name: urnOf("pi5/engine") } },
        {
          urn: urnOf("pi5/container/web"),
          parent: `${PREFIX}::pi5`,
          provider: `${urnOf("pi5/engine")}::1`,
          dependencies: [urnOf("pi5/volume/data"), urnOf("pi4/volume/data")],
          propertyDependencies: { image: [urnOf("pi5/image/web")] },
          resourceHooks: { AfterCreate: ["pi5/confirm"] },
          inputs: { command: ["pi5"] },
        },
      ],
      pending_operations: [{ type: "creating", resource: { urn: urnOf("pi5/volume/data") } }],
    },
  };

  test("all references follow, values and all else stay", () => {
    const text = withRenamedHost(JSON.stringify(state), "pi5", "nas");
    expect(JSON.parse(text)).toEqual({
      ...state,
      deployment: {
        ...state.deployment,
        resources: [
          { urn: `${PREFIX}::nas`, type: "homelab:index:NasHost", outputs: { name: urnOf("pi5/engine") } },
          {
            urn: urnOf("nas/container/web"),
            parent: `${PREFIX}::nas`,
            provider: `${urnOf("nas/engine")}::1`,
            dependencies: [urnOf("nas/volume/data"), urnOf("pi4/volume/data")],
            propertyDependencies: { image: [urnOf("nas/image/web")] },
            resourceHooks: { AfterCreate: ["nas/confirm"] },
            inputs: { command: ["pi5"] },
          },
        ],
        pending_operations: [{ type: "creating", resource: { urn: urnOf("nas/volume/data") } }],
      },
    });
    expect(JSON.parse(withRenamedHost(text, "nas", "pi5"))).toEqual(state);
  });

  test("what is to stay on its host is marked, and nothing else", () => {
    const { deployment } = JSON.parse(
      withRetained(JSON.stringify(state), [urnOf("pi5/container/web")]),
    ) as typeof state;
    expect(deployment.resources.map((it) => "retainOnDelete" in it)).toEqual([false, true]);
  });

  test("a host of the new name that the state has as well is not overwritten", () => {
    const resources = state.deployment.resources.map((it) => ({ type: "docker:index/container:Container", ...it }));
    expect(resourcesToRename(resources, { from: "pi5", to: "nas" })).toBe(2);
    expect(resourcesToRename(resources, { from: "pi4", to: "pi5" })).toBe(0);
    const both = [...resources, { urn: `${PREFIX}::nas`, type: "homelab:index:NasHost" }];
    expect(() => resourcesToRename(both, { from: "pi5", to: "nas" })).toThrow(UserError);
  });
});

describe("in the declaration", () => {
  test("the key and the audiences change, and not a blank besides", () => {
    const text = `config:   # pi5
  homelab:admin: { from: [ lan, "host:pi5" ] }
  homelab:hosts:
    "pi5":   { address: 192.168.1.100 }   # the pi5
    pi55: { address: 192.168.1.101 }
  homelab:values: { NAME: pi5, OTHER: host:pi5 }
`;
    expect(renameInStackFile(text, "pi5", "nas")).toBe(`config:   # pi5
  homelab:admin: { from: [ lan, "host:nas" ] }
  homelab:hosts:
    "nas":   { address: 192.168.1.100 }   # the pi5
    pi55: { address: 192.168.1.101 }
  homelab:values: { NAME: pi5, OTHER: host:pi5 }
`);
    const compose =
      "services:\n  web:\n    environment: {A: host:pi5}\n    ports: [{x-audience: [host:pi5, host:pi55]}]\n";
    expect(renameInComposeFile(compose, "pi5", "nas")).toBe(compose.replace("[host:pi5,", "[host:nas,"));
  });

  const files: Readonly<Record<string, string>> = {
    "Pulumi.test.yaml": TWO_HOSTS,
    ...COMPOSE_FILES,
    "stacks/media/compose.yaml": (COMPOSE_FILES["stacks/media/compose.yaml"] ?? "").replace("role:nas", "host:pi5"),
  };
  const read: ReadFile = (file) => {
    const text = files[file];
    return text === undefined ? { problem: "is missing" } : { text };
  };
  const renamed = (from: string, to: string, hosts = ["pi5", "jellyfin"]): ReadonlyMap<string, string> =>
    renamedFiles("test", read, hosts, { from, to });

  test("every file that names the host is changed", () => {
    const changed = renamed("pi5", "nas1");
    expect([...changed.keys()].sort()).toEqual(["Pulumi.test.yaml", "stacks/media/compose.yaml"]);
    expect(changed.get("stacks/media/compose.yaml")).toContain('audience: ["host:nas1"]');
  });

  test("a name that is no name, taken or of nobody is refused", () => {
    expect(() => renamed("pi5", "Nas")).toThrow(HomelabError);
    expect(() => renamed("pi5", "jellyfin")).toThrow(UserError);
    expect(() => renamed("pi6", "nas1")).toThrow(new UserError('There is no host "pi6": known here: pi5, jellyfin'));
  });
});
