import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

// Renovate reads what its manager takes for a Compose file; a tag that does not fit a rule's versioning gets no update.

const ROOT = join(__dirname, "../..");
/** Of its manager docker-compose: https://docs.renovatebot.com/modules/manager/docker-compose/ */
const COMPOSE_FILE = /(^|\/)(?:docker-)?compose[^/]*\.ya?ml$/;
const config = z
  .object({
    packageRules: z.array(
      z.object({ matchPackageNames: z.array(z.string()).default([]), versioning: z.string().optional() }),
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
