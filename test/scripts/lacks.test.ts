import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lackOfStack } from "../../scripts/lib/lack-of-stack.js";
import { lackError, LACKS } from "../../scripts/lib/lacks.js";

let folder: string;
let env: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lacks-"));
  env = { PULUMI_HOME: folder, XDG_CONFIG_HOME: join(folder, "config") };
  writeFileSync(join(folder, "Pulumi.yaml"), "name: homelab\n");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const lack = (more: Record<string, string> = {}): string | undefined =>
  lackOfStack(folder, "test", { ...env, ...more })?.code;
const put = (file: string, text: string): void => {
  mkdirSync(join(folder, "config/homelab"), { recursive: true });
  writeFileSync(join(folder, file), text);
};

test("the engine is asked for nothing until it knows where its state is and has the passphrase", () => {
  expect(lack()).toBe("no-backend");
  expect(lack({ PULUMI_BACKEND_URL: "file:///nowhere/at/all" })).toBe("no-state-folder");
  put("Pulumi.yaml", `name: homelab\nbackend: { url: "file://./config" }\n`);
  expect(lack()).toBe("no-passphrase");
  put("config/homelab/passphrase-other", "secret");
  expect(lack()).toBe("no-passphrase");
  put("config/homelab/passphrase-test", "secret");
  expect(lack()).toBeUndefined();
});

test("the owner's environment names the passphrase before any file does", () => {
  put("Pulumi.yaml", `name: homelab\nbackend: { url: "file://./config" }\n`);
  expect(lack({ PULUMI_CONFIG_PASSPHRASE: "" })).toBeUndefined();
  expect(lack({ PULUMI_CONFIG_PASSPHRASE_FILE: "/some/file" })).toBeUndefined();
});

test("a login counts as a place, and its service encrypts without a passphrase unless the stack has one", () => {
  put("credentials.json", '{"current": "https://api.pulumi.com"}');
  expect(lack()).toBeUndefined();
  put("Pulumi.test.yaml", "encryptionsalt: v1:x\n");
  expect(lack()).toBe("no-passphrase");
  put("Pulumi.test.yaml", "secretsprovider: awskms://alias/x\n");
  put("credentials.json", '{"current": "s3://bucket"}');
  expect(lack()).toBeUndefined();
  put("credentials.json", "{}");
  expect([lack(), lack({ PULUMI_ACCESS_TOKEN: "pul-x" })]).toEqual(["no-backend", undefined]);
});

test("a lack is one sentence with the command that fixes it", () => {
  expect(lackError(LACKS.noStack("homelab")).message).toBe(
    'There is no stack "homelab" yet where Pulumi keeps its state.\n-> run npm run setup',
  );
  expect(LACKS.engineFailed("code: 255\n stderr: error: access denied\n").words).toBe("Pulumi failed: access denied");
});
