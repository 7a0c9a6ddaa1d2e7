import { conflictsIn, mergeUpstream } from "../../scripts/add-service/upstream.js";

const BEFORE = `name: blog
services:
  web:
    image: blog:1.0
    restart: always
    environment:
      MODE: plain
  db:
    image: postgres:17
    restart: always
    volumes:
      - data:/data
`;
const OURS = BEFORE.replace("MODE: plain", "MODE: mine").replace("  db:\n", "    mem_limit: 1g\n  db:\n");

test("what the original has changed comes in, and what the owner has changed stays", async () => {
  const after = BEFORE.replace("blog:1.0", "blog:2.0").replace("postgres:17", "postgres:18");
  const { diff, merged, conflicts } = await mergeUpstream({ ours: OURS, before: BEFORE, after });
  expect(conflicts).toBe(0);
  expect(merged).toBe(OURS.replace("blog:1.0", "blog:2.0").replace("postgres:17", "postgres:18"));
  expect(diff).toMatch(/^@@ /);
  expect(diff.split("\n").filter((it) => /^[-+]/.test(it))).toEqual([
    "-    image: blog:1.0",
    "+    image: blog:2.0",
    "-    image: postgres:17",
    "+    image: postgres:18",
  ]);
});

test("where both have changed the same line, all three versions are shown", async () => {
  const after = BEFORE.replace("MODE: plain", "MODE: theirs");
  const { merged, conflicts } = await mergeUpstream({ ours: OURS, before: BEFORE, after });
  const shown = conflictsIn(merged);
  const kept = await mergeUpstream({ ours: OURS, before: BEFORE, after: after.replace("blog:1.0", "blog:2.0") }, true);
  expect(kept).toMatchObject({ conflicts: 0, merged: OURS.replace("blog:1.0", "blog:2.0") });
  expect([conflicts, shown.length]).toEqual([1, 1]);
  expect(shown[0]).toMatch(/yours\n.*MODE: mine\n[^]*before\n.*MODE: plain\n[^]*MODE: theirs\n>+ the original now\n$/);
});

test("an original that has changed nothing leaves the owner's file as it is", async () => {
  expect(await mergeUpstream({ ours: OURS, before: BEFORE, after: BEFORE })).toEqual({
    diff: "",
    merged: OURS,
    conflicts: 0,
  });
});
