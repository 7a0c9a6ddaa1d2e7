import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysOfFiles } from "../../scripts/bootstrap/public-keys.js";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0 me@laptop";
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "keys-"))));
afterAll(() => rm(folder, { recursive: true }));

async function keys(text: string): Promise<string[]> {
  const file = join(folder, "key.pub");
  await writeFile(file, text);
  return keysOfFiles([file]);
}

test("keys are read, comments and empty lines are not", async () => {
  expect(await keys(`# mine\n\n${KEY}\r\n`)).toEqual([KEY]);
});

test.each([
  ["options before the key", `command="sh" ${KEY}`],
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"],
  ["a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA me"],
  ["a second line that is no key", `${KEY}\nnonsense`],
  ["nothing", "\n"],
])("%s is refused", async (_, text) => {
  await expect(keys(text)).rejects.toThrow("is not a public key");
});

test("a file that is not there is named", async () => {
  await expect(keysOfFiles(["/nowhere/key.pub"])).rejects.toThrow("/nowhere/key.pub cannot be read");
});
