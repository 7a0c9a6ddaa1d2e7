import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { run } from "../../scripts/lib/process.js";
import { parse } from "yaml";
import { z } from "zod";

// Renovate reads what its manager takes for a Compose file; a tag that does not fit a rule's versioning gets no update.

const ROOT = join(__dirname, "../..");
/** Of its manager docker-compose: https://docs.renovatebot.com/modules/manager/docker-compose/ */
const COMPOSE_FILE = /(^|\/)(?:docker-)?compose[^/]*\.ya?ml$/;
const config = z
  .object({
    enabledManagers: z.array(z.string()),
    ignorePaths: z.array(z.string()),
    packageRules: z.array(
      z.object({
        matchPackageNames: z.array(z.string()).default([]),
        matchFileNames: z.array(z.string()).default([]),
        versioning: z.string().optional(),
        enabled: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, "renovate.json"), "utf8")));
const compose = z.object({ services: z.record(z.string(), z.object({ image: z.string().optional() })) });

/** Images by the file in stacks/ that has them. */
const images = readdirSync(join(ROOT, "stacks"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.ya?ml$/.test(file))
  .flatMap((file) => {
    const read = compose.safeParse(parse(readFileSync(join(ROOT, "stacks", file), "utf8")));
    return read.success ? Object.values(read.data.services).flatMap(({ image = [] }) => [[file, image].flat()]) : [];
  });

test("every file that names an image is one that Renovate reads", () => {
  expect(images.length).toBeGreaterThan(10);
  expect(images.filter(([file = ""]) => !COMPOSE_FILE.test(file))).toEqual([]);
});

test("every tag is a version by the rule for its image", () => {
  const rules = config.packageRules.filter(({ versioning }) => versioning?.startsWith("regex:"));
  const ruled = images.flatMap(([, image = ""]) =>
    rules
      .filter(({ matchPackageNames }) => matchPackageNames.some((name) => image.startsWith(name.replace(/\*+$/, ""))))
      .map(({ versioning = "" }) => [image, new RegExp(versioning.slice("regex:".length))] as const),
  );
  expect(ruled.length).toBeGreaterThan(0);
  for (const [image, versions] of ruled) {
    expect(image.slice(image.lastIndexOf(":") + 1)).toMatch(versions);
  }
});

test("Go modules are read, but for what the lab builds in place of downloads, which stays at what the module proxy has", async () => {
  const { stdout } = await run("git", ["ls-files", "*go.mod"], { cwd: ROOT });
  const modules = stdout.trim().split("\n");
  const read = modules.filter((file) => !config.ignorePaths.some((glob) => matchesGlob(file, glob)));
  expect(read).toEqual(["lab/compose-oracle/go.mod", "scripts/actionlint/go.mod"]);
  expect(modules.filter((file) => !read.includes(file) && !/^lab\/(offline|tailnet)\//.test(file))).toEqual([]);
  expect(config.enabledManagers).toContain("gomod");
});

test("a Go program that is a tool alone is not passed over as an indirect dependency", () => {
  const [, tool = ""] = /^tool (github\.com\/[^/]+\/[^/\s]+)/m.exec(
    readFileSync(join(ROOT, "scripts/actionlint/go.mod"), "utf8"),
  ) ?? ["", ""];
  const rules = config.packageRules.filter(({ matchPackageNames }) => matchPackageNames.includes(tool));
  expect(rules).toMatchObject([{ enabled: true }]);
});

test("every file that a rule names is there", () => {
  const named = config.packageRules.flatMap(({ matchFileNames }) => matchFileNames);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
