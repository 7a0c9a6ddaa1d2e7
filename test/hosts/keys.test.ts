import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publicKeyIn, refusalWith } from "../../hosts/keys.js";
import type { KeysAtHand } from "../../hosts/keys.js";
import { keyOptions, KEY_VARIABLE } from "../../hosts/ssh.js";
import { explain, remedy } from "../../hosts/trouble.js";
import { remedyText } from "../../model/yaml/remedy.js";
import { model, onlyHost } from "../model/declare.js";

const RIGHT = "ssh-ed25519 AAAAright";
const named = (key: string | undefined): KeysAtHand["named"] & object => ({ file: "/home/me/k.pub", key });

test.each<[string, KeysAtHand, string, string]>([
  ["no agent", { agent: undefined }, "no key", "there is no ssh-agent, or it does not answer"],
  ["an empty agent", { agent: [] }, "no key", "the ssh-agent has no key"],
  ["another key", { agent: [`${RIGHT} me@laptop`] }, "refused", "no; tried me@laptop"],
  [
    "a key without a name",
    { agent: ["ssh-rsa AAAAB3NzaC1yc2E0123456789"] },
    "refused",
    "no; tried ssh-rsa …2E0123456789",
  ],
  [
    "a named key that is not loaded",
    { agent: ["ssh-ed25519 AAAAother me"], named: named(RIGHT) },
    "no key",
    "the ssh-agent does not have the key that HOMELAB_SSH_KEY names",
  ],
  [
    "a named file that is not there",
    { agent: [`${RIGHT} me`], named: named(undefined) },
    "no key",
    "HOMELAB_SSH_KEY names /home/me/k.pub, which is not a file with a public key",
  ],
  [
    "a named key",
    { agent: ["ssh-ed25519 AAAAother other", `${RIGHT} me`], named: named(RIGHT) },
    "refused",
    "no; tried me",
  ],
])("%s", (_, keys, status, reason) => {
  expect(refusalWith(keys, "no")).toEqual({ status, reason });
});

describe("the file of the named key", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "keys-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an empty one would be a name
    delete process.env[KEY_VARIABLE];
  });

  test("is a public key, with or without a comment", () => {
    const file = join(folder, "k.pub");
    writeFileSync(file, `${RIGHT} me@laptop\n`);
    expect(publicKeyIn(file)).toBe(RIGHT);
    writeFileSync(file, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    expect(publicKeyIn(file)).toBeUndefined();
    expect(publicKeyIn(join(folder, "none"))).toBeUndefined();
  });

  test("is offered alone", () => {
    expect(keyOptions()).toEqual([]);
    process.env[KEY_VARIABLE] = "/home/me/my key.pub";
    expect(keyOptions()).toEqual(["-o", "IdentitiesOnly=yes", "-o", 'IdentityFile="/home/me/my key.pub"']);
  });
});

test("each reason is said with its remedy", () => {
  const host = onlyHost(model("services: {}\nname: nas\n"));
  expect(explain(host, "too many keys", "said")).toBe(
    `${host.name} (${host.address}) closed the connection after too many keys, before the right one: said.`,
  );
  expect(remedyText(remedy(host, "too many keys", "lab"))).toContain("export HOMELAB_SSH_KEY=");
  expect(remedyText(remedy(host, "no key", "lab"))).toContain("ssh-add");
  expect(remedyText(remedy(host, "account locked", "lab"))).toContain(`npm run bootstrap -- ${host.name} --stack lab`);
  expect(remedyText(remedy(host, "wrong host key", "lab"))).toContain(`npm run bootstrap -- ${host.name} --stack lab`);
});
