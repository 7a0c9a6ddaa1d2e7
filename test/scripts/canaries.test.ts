import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { outcomeOf } from "../../scripts/deploy/events.js";
import { outcomePerHost, outcomeTable } from "../../scripts/deploy/outcome.js";
import { engineOf } from "../../scripts/lib/engine.js";
import { warningIn } from "../../scripts/lib/engine-events.js";
import { failuresOf, reasonOf } from "../../scripts/lib/failures.js";
import type { Operation } from "../../scripts/lib/operation.js";
import { describePlan } from "../../scripts/lib/plan/describe.js";
import { plannedChanges } from "../../scripts/lib/plan/environment.js";
import { PulumiStack } from "../../scripts/lib/pulumi-stack.js";
import { withoutSecrets } from "../../scripts/lib/review-state/state.js";
import { planIn, reviewMarkdown } from "../../scripts/lib/review/markdown.js";
import { reviewOf } from "../../scripts/lib/review/review.js";
import { reviewText } from "../../scripts/lib/review/text.js";
import { secretOf } from "../../scripts/lib/secret-values.js";
import { CONFIG, model } from "../model/declare.js";
import { CANARIES, ENCODINGS, everyEncoding, leaksOf } from "./canary.js";

// Secrets are planted wherever one may come from: the configuration, the environment, the state, what commands and containers
// have said. Then everything that people, logs and forges are shown is searched for them.

/** Secrets that the configuration or the environment has now. */
const { former, ...KNOWN } = CANARIES;
const known = Object.values(KNOWN);

const home = mkdtempSync(join(tmpdir(), "canaries-"));
beforeAll(() => {
  mkdirSync(dirname(engineOf({ PULUMI_HOME: home })), { recursive: true });
  writeFileSync(engineOf({ PULUMI_HOME: home }), "");
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

const PREFIX = "urn:pulumi:test::homelab::homelab:index:NasHost$x";
const COMPOSE = `services:
  web:
    image: web:2
    environment: {TOKEN: "\${OWN}", TZ: Europe/Madrid, OPEN: plain now}
`;
const homelab = model(COMPOSE, `${CONFIG}  homelab:secrets: {OWN: {secure: v1:x}, KEY: {secure: v1:y}}\n`);

/** How the engine reports a secret. */
const HIDDEN = { ...secretOf(""), plaintext: undefined, ciphertext: "[secret]" };

let sequence = 0;
const event = (content: object): EngineEvent => ({ sequence: sequence++, timestamp: 0, ...content });
const diagnostic = (severity: string, message: string, name?: string): EngineEvent =>
  event({ diagnosticEvent: { severity, message, color: "never", ...(name && { urn: `${PREFIX}::${name}` }) } });
const step = (name: string, was: object, is: object, diffs: readonly string[]): EngineEvent => {
  const urn = `${PREFIX}::${name}`;
  const state = { type: "x", urn, id: "", parent: "", outputs: {}, provider: "" };
  return event({
    resourcePreEvent: {
      metadata: {
        op: "update",
        urn,
        type: "x",
        provider: "",
        diffs,
        old: { ...state, inputs: was },
        new: { ...state, inputs: is },
      },
    },
  });
};
const steps: readonly EngineEvent[] = [
  step("pi5/container/web", { image: "web:1", envs: HIDDEN }, { image: "web:2", envs: HIDDEN }, ["image", "envs"]),
  step("pi5/container/list", { envs: ["A=1", HIDDEN] }, { envs: ["A=2", HIDDEN] }, ["envs[0]"]),
  step("pi5/container/text", { envs: "[secret]", labels: [{ label: "a", value: HIDDEN }], command: [HIDDEN] }, {}, [
    ...["envs", "labels[0].value", "command[0]"],
  ]),
  step("pi5/setting/smb-users", { stdin: HIDDEN }, { stdin: HIDDEN }, ["stdin"]),
  step("pi5/setting/ssh", { stdin: '{"files": {"/a": "x"}}' }, { stdin: HIDDEN }, ["stdin"]),
];

/** A stack whose engine reports events and prints, and whose configuration and state have the secrets. */
class CanaryStack extends PulumiStack {
  constructor(
    private readonly said: readonly EngineEvent[],
    private readonly printed: readonly string[] = [],
    private readonly fails = false,
  ) {
    super("/nowhere", "test", { PULUMI_CONFIG_PASSPHRASE: CANARIES.environment, PULUMI_HOME: home });
  }

  override async select(): Promise<Stack> {
    const { CommandError } = await import("@pulumi/pulumi/automation/index.js");
    const run = (options: {
      onEvent: (event: EngineEvent) => void;
      onOutput: (text: string) => void;
    }): Promise<void> => {
      this.said.forEach(options.onEvent);
      this.printed.forEach(options.onOutput);
      return this.fails
        ? Promise.reject(Object.assign(Object.create(CommandError.prototype) as Error, { message: "failed" }))
        : Promise.resolve();
    };
    return { preview: run, up: run } as unknown as Stack;
  }

  override run([command]: readonly string[]): ReturnType<PulumiStack["run"]> {
    const { own, key, project, provider } = CANARIES;
    const config = {
      "homelab:secrets": { secret: true, objectValue: { OWN: own, KEY: key } },
      "homelab:projects": {
        secret: true,
        objectValue: { wiki: { secrets: { TOKEN: project }, values: { PORT: "a plain value of a project" } } },
      },
      "tailscale:apiKey": { secret: true, value: provider },
      "homelab:domain": { value: "example.org" },
    };
    const state = {
      deployment: {
        resources: [
          {
            urn: `${PREFIX}::pi5/containers`,
            // of a deployment that has not reached the container
            outputs: { plainVariables: { web: { TZ: "Europe/Berlin", OPEN: "plain now" } } },
          },
          {
            urn: `${PREFIX}::pi5/container/web`,
            inputs: { envs: secretOf([`TOKEN=${former}`, "TZ=Europe/Berlin", `OPEN=${former}`]) },
          },
        ],
      },
    };
    return command === "refused"
      ? Promise.resolve({ stdout: "", stderr: everyEncoding(known), exitCode: 1 })
      : Promise.resolve({ stdout: JSON.stringify(command === "config" ? config : state), stderr: "", exitCode: 0 });
  }
}

/** What commands, containers, providers and the program say, with all secrets in all encodings. */
const words = (): EngineEvent[] => [
  diagnostic("error", `pi5: web did not come up. The end of its log:\n${everyEncoding(known)}`, "pi5/container/web"),
  diagnostic(
    "error",
    `exit status 1: running "helper apply smb-users":\n${everyEncoding(known)}`,
    "pi5/setting/smb-users",
  ),
  diagnostic("error", `the program failed: ${everyEncoding(known)}`),
  diagnostic("warning", `pi5: web differs: ${everyEncoding(known)}`),
  event({ stdoutEvent: { message: everyEncoding(known), color: "never" } }),
  event({
    resOutputsEvent: {
      metadata: {
        ...{
          op: "same",
          urn: "urn:pulumi:test::homelab::pulumi:pulumi:Stack::homelab-test",
          type: "pulumi:pulumi:Stack",
        },
        new: { outputs: { notDone: { pi5: `cannot be examined: ${everyEncoding(known)}` } } },
      },
    },
  }),
  event({ summaryEvent: { resourceChanges: { update: 4 } } }),
];

/** Everything that a preview is shown as: comment, artifact and summary; data; terminal. */
async function shownBy(stack: PulumiStack): Promise<{ operation: Operation; markdown: string; shown: string[] }> {
  const operation = await stack.operate("preview");
  const { events } = operation;
  const changes = await plannedChanges(stack, homelab.hosts, events);
  const reviews = [undefined, reasonOf(operation, "test")].map((failure) =>
    reviewOf({ after: homelab, changes, events, ...(failure !== undefined && { failure }) }),
  );
  const markdown = reviews.map((review) => reviewMarkdown(review, "test"));
  const shown = [
    ...markdown,
    ...reviews.map((review) => JSON.stringify(review, null, 2)),
    ...reviews.map(reviewText),
    describePlan(changes, homelab.hosts),
  ];
  return { operation, markdown: markdown[0] ?? "", shown };
}

describe("a preview", () => {
  test("shows what would be done and what was said, and no secret", async () => {
    const { markdown, shown } = await shownBy(new CanaryStack([...steps, ...words()]));
    expect(shown.map(leaksOf)).toEqual(shown.map(() => []));
    expect(markdown).toContain("image: web:1 → web:2");
    expect(markdown).toContain("TOKEN: a secret, changed");
    expect(markdown).toContain("OPEN: a secret → plain now");
    expect(shown.join()).toContain("web did not come up. The end of its log:\n[secret]");
    expect(shown.join()).toMatch(/not reached, left as it is \(cannot be examined: \[secret\]/);
  });

  test("has a plan without secrets, and without what secrets could be guessed by", async () => {
    const { markdown } = await shownBy(new CanaryStack(steps));
    const plan = planIn(markdown, "test");
    expect(Object.keys(plan ?? {})).toContain("pi5/container/web");
    expect(leaksOf(JSON.stringify(plan))).toEqual([]);
    const values = Object.values(CANARIES).flatMap((secret) => [secret, `TOKEN=${secret}`, `OPEN=${secret}`]);
    const guesses = [...values, ...values.map((value) => [value])].map((it) => JSON.stringify(it));
    const digests = guesses.map((it) => createHash("sha256").update(it).digest("hex").slice(0, 12));
    expect(digests.filter((digest) => JSON.stringify(plan).includes(digest))).toEqual([]);
  });

  test("that fails says why, from what the engine has printed in pieces, without secrets", async () => {
    const text = `error: it failed\n${everyEncoding(known)}\nbecause of that`;
    const pieces = text.match(/[^]{1,7}/g) ?? [];
    const stack = new CanaryStack([], pieces, true);
    const { operation, shown } = await shownBy(stack);
    expect([operation.ok, operation.output]).toEqual([
      false,
      expect.stringMatching(/^error: it failed\n\[secret\][^]*that$/),
    ]);
    expect([operation.output, ...shown].map(leaksOf)).toEqual([[], ...shown.map(() => [])]);
  });

  test("shows what the engine prints line by line as it comes, without secrets", async () => {
    const lines = Object.entries(ENCODINGS).flatMap(([name, encode]) =>
      // A line is shown before the next is there.
      name === "in Base64, in lines" ? [] : known.map(encode),
    );
    let printed = "";
    await new CanaryStack([], `begin\n${lines.join("\n")}\nend`.match(/[^]{1,7}/g) ?? []).operate(
      "preview",
      {},
      (it) => {
        printed += it;
      },
    );
    expect(printed).toMatch(/^begin\n[^]*\[secret\][^]*\nend$/);
    expect(leaksOf(printed)).toEqual([]);
  });
});

test("a deployment shows what it came to, and no secret", async () => {
  const { events } = await new CanaryStack([...steps, ...words()]).operate("up");
  const shown = [
    failuresOf(events).join("\n"),
    events.flatMap((it) => warningIn(it) ?? []).join("\n"),
    outcomeTable(outcomePerHost(homelab.hosts, outcomeOf(events))),
  ];
  expect(shown).toEqual(shown.map(() => expect.stringContaining("[secret]") as unknown));
  expect(shown.map(leaksOf)).toEqual([[], [], []]);
});

test("listeners are given no secret either, and everything in the order in which it was said", async () => {
  const heard: EngineEvent[] = [];
  const { events } = await new CanaryStack([...steps, ...words()]).operate("up", { onEvent: (it) => heard.push(it) });
  expect(heard).toEqual(events);
  expect(heard.map((it) => it.sequence)).toEqual([...heard.map((it) => it.sequence)].sort((a, b) => a - b));
  expect(leaksOf(JSON.stringify(heard))).toEqual([]);
});

test("what the engine refuses is said without secrets", async () => {
  const refused = String(await new CanaryStack([]).must(["refused"]).catch((error: unknown) => error));
  expect(refused).toMatch(/^Error: pulumi refused failed:\n\[secret\]/);
  expect(leaksOf(refused)).toEqual([]);
});

test("values of a project that are no secrets are not hidden", async () => {
  const { events } = await new CanaryStack([diagnostic("warning", "it is a plain value of a project")]).operate("up");
  expect(events.map(warningIn)).toEqual(["it is a plain value of a project"]);
});

test("where the configuration cannot be read, nothing that was said is shown", async () => {
  class Unreadable extends CanaryStack {
    override run(): ReturnType<PulumiStack["run"]> {
      return Promise.resolve({ stdout: CANARIES.own, stderr: "", exitCode: 0 });
    }
  }
  const { events } = await new Unreadable(words()).operate("up");
  expect(leaksOf(JSON.stringify(events))).toEqual([]);
  expect(events.flatMap((it) => warningIn(it) ?? [])).toEqual([
    "(hidden, since Pulumi's configuration cannot be read)",
  ]);
});

test("the state that is published for previews has no secret, and nothing that a command or a container has said", () => {
  const said = everyEncoding(Object.values(CANARIES));
  const state = {
    deployment: {
      resources: [
        {
          urn: `${PREFIX}::pi5/setting/smb-users`,
          inputs: { stdin: secretOf(said) },
          outputs: { stdin: secretOf(said), stdout: said, stderr: said },
          initErrors: [said, said],
        },
        { urn: `${PREFIX}::pi5/container/web`, outputs: { containerLogs: secretOf(said), stdout: secretOf(said) } },
      ],
      pending_operations: [{ type: "creating", resource: { inputs: { a: said } } }],
    },
  };
  const published = withoutSecrets(JSON.stringify(state), "salt");
  expect(leaksOf(published)).toEqual([]);
  expect(JSON.parse(published)).toMatchObject({
    deployment: { resources: [{ outputs: { stdout: "", stderr: "" }, initErrors: ["hidden", "hidden"] }, {}] },
  });
});
