import { createHash } from "node:crypto";
import { loadHomelab } from "../../model/load.js";
import { prepareProject } from "../../lab/project.js";
import { PROGRAM } from "../../scripts/lib/project.js";
import { HELPER } from "../../model/helper.js";
import { EDITS, MEDIA, NAS } from "./edits.js";
import type { Host } from "./edits.js";
import { driftIn, lab } from "./homelab.js";

// What somebody changes on a host by hand, at root's keyboard, in whatever a setting stands on: each edit is seen, and after
// the settings were applied again only what is the owner's own is still told. Many edits at once, since they do not touch
// each other.

jest.setTimeout(900_000);
/** The settings of each host and what the program would apply, in their order. */
const settings = new Map<string, readonly (readonly [string, string])[]>();

const byHand = async (host: Host, script: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await lab.root(host, ["sh", "-ec", script]);
  expect([script, exitCode, exitCode === 0 ? "" : stderr]).toEqual([script, 0, ""]);
  return stdout.trim();
};

async function applyAll(host: Host): Promise<void> {
  for (const [name, text] of settings.get(host) ?? []) {
    const { exitCode, stderr } = await lab.ssh(host, [...HELPER, "apply", name], { input: text });
    expect([name, exitCode, exitCode === 0 ? "" : stderr]).toEqual([name, 0, ""]);
    if (name === "ssh" || name === "firewall") {
      const token = createHash("sha256").update(text).digest("hex");
      expect((await lab.ssh(host, [...HELPER, "confirm", token])).exitCode).toBe(0);
    }
  }
}

/** Every finding of a host, as `SETTING CODE: WORDS`. */
async function found(host: Host): Promise<string[]> {
  const { stdout } = await lab.ssh(host, [], { user: "probe" });
  return (settings.get(host) ?? []).flatMap(([name]) => driftIn(stdout, name).map((words) => `${name} ${words}`));
}

beforeAll(async () => {
  await lab.assertUp();
  await lab.freshHosts([NAS, MEDIA]);
  const { directory } = await prepareProject(lab);
  const { hosts } = loadHomelab("lab", [directory, PROGRAM]);
  for (const { name, settings: all } of hosts) {
    settings.set(
      name,
      all.flatMap(({ name: setting, input }) => (typeof input === "string" ? [[setting, input] as const] : [])),
    );
  }
  await applyAll(NAS);
  await applyAll(MEDIA);
});

describe.each(["once", "once more"])("%s", () => {
  test("each edit is seen", async () => {
    for (const { host, hand } of EDITS) {
      await byHand(host, hand);
    }
    const seen = new Map([[NAS, await found(NAS)] as const, [MEDIA, await found(MEDIA)] as const]);
    const unseen = EDITS.filter(({ host, said }) => !seen.get(host)?.some((words) => said.test(words)));
    expect(unseen.length === 0 ? [] : [unseen.map(({ host, hand }) => `${host}: ${hand}`), [...seen]]).toEqual([]);
  });

  test("ours is healed, and the owner's own is left and told", async () => {
    await applyAll(NAS);
    await applyAll(MEDIA);
    for (const host of [NAS, MEDIA] as const) {
      const stay = EDITS.filter((edit) => edit.host === host && edit.stays === true);
      const left = await found(host);
      expect([host, left.filter((words) => !stay.some(({ said }) => said.test(words)))]).toEqual([host, []]);
      expect(left).toHaveLength(stay.length);
    }
    for (const { host, undo } of EDITS) {
      await byHand(host, undo ?? ":");
    }
    expect([await found(NAS), await found(MEDIA)]).toEqual([[], []]);
  });
});
