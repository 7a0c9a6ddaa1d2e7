import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../scripts/lib/process.js";
import type { RunResult } from "../../scripts/lib/process.js";
import { argvOf, PROGRAM } from "../../scripts/lib/project.js";
import { marker, planIn, reviewMarkdown } from "../../scripts/lib/review/markdown.js";
import { reviewOf } from "../../scripts/lib/review/review.js";
import type { Review } from "../../scripts/lib/review/review.js";
import { reviewText } from "../../scripts/lib/review/text.js";
import { COMPOSE_FILES, TWO_HOSTS, twoHosts } from "./homelab.js";

// What a pull request shows, and what a terminal does.

jest.setTimeout(60_000);
const ROUTINE = reviewOf({ after: twoHosts() });

test("where nothing changes, that is all there is to say", () => {
  expect(reviewText(ROUTINE)).toBe("routine: nothing changes");
  expect(reviewMarkdown(ROUTINE, "home")).toBe(`${marker("home")}\n\n## 🟢 routine: nothing changes`);
});

describe("the comment", () => {
  const withSeen = (...seen: string[]): Review => ({ ...ROUTINE, seen });

  test("shows what hosts say as text, whatever it looks like", () => {
    const text = reviewMarkdown(withSeen("<img src=x> @everyone [a](http://b) `c` | *d*\n# e &lt; <!-- f"), "home");
    expect(text).not.toMatch(/<(?!!-- homelab)|@|(?<!\\)[`*[|]|^# /m);
    expect(text).toContain("&lt;img src=x\\> &#64;everyone");
  });

  test("never closes its own fence", () => {
    const details = ["a ```` b"];
    const changes = [{ host: "pi5", kind: "container", name: "web", action: "replace", kept: false, details }] as const;
    expect(reviewMarkdown(reviewOf({ after: twoHosts(), changes }), "home")).toMatch(
      /\n`{5}text\n[^]*\n`{5}\n\n<\/details>$/,
    );
  });

  test("is never longer than a forge takes: the plan goes first, then the end of what is left", () => {
    const changes = Array.from({ length: 900 }, (_, i) => ({
      ...({ host: "pi5", kind: "container", name: `w${i}`, action: "replace", kept: false } as const),
      details: [`A: ${"ä".repeat(40)} → ${i}`],
    }));
    const short = reviewMarkdown({ ...reviewOf({ after: twoHosts(), changes }), seen: ["one"] }, "home");
    expect(short).toMatch(/one\n\nEverything that would be done: too long to be shown here\.$/);
    const long = reviewMarkdown(
      withSeen(...Array.from({ length: 3000 }, (_, i) => `ä ${i} ${"ö".repeat(20)}`)),
      "home",
    );
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(60_000);
    expect(long).toMatch(/\n- ä \d+ ö{20}\n\nThe rest is too long to be shown here\.$/);
  });
});

describe("the plan for the deployment that follows", () => {
  const steps = (count: number): NonNullable<Review["steps"]> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `pi5/file/w${createHash("sha256").update(`${i}`).digest("hex")}`,
        { action: "create", properties: { a: `${i}` } } as const,
      ]),
    );

  test("is in the comment, whatever else has to be left out, and nobody sees it", () => {
    const seen = Array.from({ length: 3000 }, (_, i) => `ä ${i} ${"ö".repeat(20)}`);
    const text = reviewMarkdown({ ...ROUTINE, seen, steps: steps(20) }, "home");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/\n\nThe rest is too long to be shown here\.\n\n<!-- homelab-plan: home \S+ -->$/);
    expect(planIn(text, "home")).toEqual(steps(20));
    expect(planIn(text, "other")).toBeUndefined();
  });

  test("is not there where it would be too long, where the preview failed, and where the engine was not asked", () => {
    expect(planIn(reviewMarkdown({ ...ROUTINE, steps: steps(2000) }, "home"), "home")).toBeUndefined();
    expect(planIn(reviewMarkdown({ ...ROUTINE, steps: steps(1), failure: "broken" }, "home"), "home")).toBeUndefined();
    expect(planIn(reviewMarkdown(ROUTINE, "home"), "home")).toBeUndefined();
    expect(planIn("hello <!-- homelab-plan: home", "home")).toBeUndefined();
  });
});

describe("npm run check -- --base", () => {
  let project: string;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", project, "-c", "user.name=Anna", "-c", "user.email=anna@example.org", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), text);
    }
  };
  const [node, ...script] = argvOf("check");
  const check = (...args: string[]): Promise<RunResult> => run(node, [...script, ...args], { cwd: project });

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "review-"));
    git("init", "--quiet", "--initial-branch=main");
    const nas = "stacks/nas/compose.yaml";
    await write({
      ...COMPOSE_FILES,
      "Pulumi.yaml": `name: homelab\nmain: ${PROGRAM}\n`,
      "Pulumi.test.yaml": TWO_HOSTS,
    });
    git("add", ".");
    git("commit", "--quiet", "-m", "before");
    git("switch", "--quiet", "--create", "more");
    const text = COMPOSE_FILES[nas] ?? "";
    await write({ [nas]: text.replace("[lan, tailnet]", "[lan, tailnet, containers]").replace(":1.0", ":2.0") });
    git("commit", "--quiet", "--all", "-m", "after");
    git("switch", "--quiet", "main");
    await write({ README: "something else" });
    git("add", ".");
    git("commit", "--quiet", "-m", "main moves");
    git("switch", "--quiet", "more");
  });
  afterAll(() => rm(project, { recursive: true }));

  test("says what a branch changes, by the declaration alone, and that main has moved", async () => {
    const { stdout, exitCode } = await check("--base", "main");
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^caution: pi5\/homepage: containers may reach port/),
    ]);
    expect(stdout).toContain("pi5/homepage 3000/tcp: lan, tailnet → containers, lan, tailnet");
    expect(stdout).toContain("pi5/homepage: homepage:1.0 → homepage:2.0");
    expect(stdout).toContain("1 commit has been added there since");
  });

  test("as data and as a comment says the same", async () => {
    const [json, markdown] = await Promise.all([
      check("--base", "main", "--json"),
      check("--base", "main", "--markdown"),
    ]);
    const review = JSON.parse(json.stdout) as Review;
    expect([review.verdict, review.risks.map(({ code }) => code)]).toEqual([
      "caution",
      ["audience-widened", "major-version"],
    ]);
    expect(markdown.stdout.trimEnd()).toBe(reviewMarkdown(review, "test"));
  });

  test("is a comment where the declaration has mistakes, too", async () => {
    await write({ "Pulumi.test.yaml": TWO_HOSTS.replace("role: nas", "role: nass") });
    const [said, line] = [/^1 problem in the homelab's declaration/, "Pulumi.test.yaml:5"];
    const { stdout, exitCode } = await check("--base", "main", "--markdown");
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/^<!--.*-->\n\n## ❌ failed: preview: 1 problem in /),
    ]);
    expect(stdout).toContain(line);
    const plain = await check("--base", "main");
    expect([plain.exitCode, plain.stdout, plain.stderr]).toEqual([1, "", expect.stringMatching(said)]);
    git("checkout", "--quiet", "--", "Pulumi.test.yaml");
  });

  test.each([["nowhere"], ["--help"], ["main; touch x"]])("%s is no revision", async (name) => {
    const { stderr, exitCode } = await check(`--base=${name}`);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^git cannot compare with "[^"]+": .*\n$/)]);
  });
});
