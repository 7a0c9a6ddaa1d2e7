import { isChosen } from "../../hosts/chosen.js";
import { UserError } from "../../scripts/lib/command.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { chosenOf, describeOthers, scopeOf, stateOfHosts } from "../../scripts/deploy/chosen.js";
import { COMPOSE_FILES, homelabOf, twoHosts, TWO_HOSTS } from "./homelab.js";

const { hosts } = twoHosts();

/** A state to which all of that was deployed, as the engine exports it. */
const exported = (all = hosts, more: readonly object[] = []): string => {
  const urn = (name: string): string => `urn:pulumi:test::homelab::homelab:index:NasHost$x::${name}`;
  const resources = all.flatMap(({ name: host, settings, services }) => [
    ...settings.map(({ name, input }) => ({ urn: urn(`${host}/setting/${name}`), inputs: { stdin: input } })),
    ...services.map(({ name }) => ({ urn: urn(`${host}/container/${name}`), inputs: {} })),
  ]);
  const provider = { urn: "urn:pulumi:test::homelab::pulumi:providers:command::default" };
  return JSON.stringify({ version: 3, deployment: { resources: [provider, ...resources, ...more] } });
};

/** What is said of the host that is left out when only pi5 is deployed to. */
const others = (state: string, declared = hosts): string[] =>
  describeOthers(declared.slice(1), ["pi5"], stateOfHosts(state), "test").split("\n");

class Stack extends PulumiStack {
  constructor(private readonly state: string) {
    super("/project", "test", { SOME: "thing" });
  }

  override exportState(): Promise<string> {
    return Promise.resolve(this.state);
  }
}

test("no name means all hosts, and a name that no host has is the user's mistake", () => {
  expect(chosenOf(hosts, [])).toBe(hosts);
  expect(chosenOf(hosts, ["jellyfin"]).map(({ name }) => name)).toEqual(["jellyfin"]);
  expect(() => chosenOf(hosts, ["jelyfin"])).toThrow(new UserError('There is no host "jelyfin": write "jellyfin"'));
});

test("the program asks only those that are chosen", () => {
  expect(["pi5", "pi"].map((host) => isChosen(host, { HOMELAB_HOSTS: "pi5,jellyfin" }))).toEqual([true, false]);
  expect([isChosen("pi5", {}), isChosen("pi5", { HOMELAB_HOSTS: "" })]).toEqual([true, true]);
});

describe("the scope of a deployment", () => {
  const log = jest.spyOn(console, "log").mockImplementation(() => undefined);
  afterAll(() => {
    log.mockRestore();
  });

  test("to some hosts leaves out all that belongs to the others, also to those that are declared no longer", async () => {
    const gone = { urn: "urn:pulumi:test::homelab::homelab:index:PlainHost::old" };
    const scope = await scopeOf(new Stack(exported(hosts, [gone])), hosts, hosts.slice(0, 1));
    expect(scope.exclude).toEqual([
      ...["**::homelab:index:*::jellyfin", "**::jellyfin/**"],
      ...["**::homelab:index:*::old", "**::old/**"],
    ]);
    expect(scope.stack.env).toEqual({ SOME: "thing", HOMELAB_HOSTS: "pi5" });
  });

  test("to all hosts leaves out nothing", async () => {
    const stack = new Stack(exported());
    expect(await scopeOf(stack, hosts, hosts)).toEqual({ stack, hosts, exclude: [] });
  });

  test("to some hosts of a stack that has no state yet", async () => {
    const empty = new Stack('{"version": 3, "deployment": null}');
    const { exclude } = await scopeOf(empty, hosts, hosts.slice(0, 1));
    expect(exclude).toEqual(["**::homelab:index:*::jellyfin", "**::jellyfin/**"]);
  });
});

describe("of what is left out", () => {
  test("nothing has to be said where it is as it was deployed", () => {
    expect(others(exported())).toEqual(["Only pi5. As it is stays: jellyfin."]);
  });

  test("a firewall is named that has to open for a service of the host which is deployed to", () => {
    const media = (COMPOSE_FILES["stacks/media/compose.yaml"] ?? "").replace("role:nas", "host:pi5");
    const moved = TWO_HOSTS.replace("192.168.1.100", "192.168.1.200");
    const declared = homelabOf({ "Pulumi.test.yaml": moved, ...COMPOSE_FILES, "stacks/media/compose.yaml": media });
    const said = others(exported(), declared.hosts);
    expect(said).toContain("What is declared there has changed, too, and waits for a deployment of its own:");
    expect(said.filter((line) => !/^ {4}([-+] |and \d)/.test(line)).slice(2)).toEqual([
      "  jellyfin: system", // whose table of hosts has the address
      "    firewall",
      "-> npm run deploy -- pi5 jellyfin --stack test",
    ]);
    expect(said.join("\n")).toMatch(/^ {4}\+ .*192\.168\.1\.200.* port 5302/m);
  });

  test("a service is named that is new, or declared no longer", () => {
    const media = (COMPOSE_FILES["stacks/media/compose.yaml"] ?? "").replace(/ {2}player:/, "  cinema:");
    const declared = homelabOf({ "Pulumi.test.yaml": TWO_HOSTS, ...COMPOSE_FILES, "stacks/media/compose.yaml": media });
    expect(others(exported(), declared.hosts).slice(2, -1)).toEqual([
      "  jellyfin: cinema is new",
      "    player is declared no longer",
    ]);
  });

  test("a host is named that was never deployed to", () => {
    expect(others(exported(hosts.slice(0, 1)))[2]).toBe("  jellyfin: nothing was deployed to it yet");
  });
});
