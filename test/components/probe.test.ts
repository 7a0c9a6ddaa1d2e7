import { PROTOCOL } from "../../model/helper.js";
import { ownerOfKey, understand } from "../../hosts/probe.js";

const REPORT = `{"protocol":${PROTOCOL},"settings":{},"containers":[],"networks":[],"images":[],"volumes":[],"declared":null,"files":[],"listening":[],"foreign":[]}`;

test.each<[string, number | undefined, string, string]>([
  ["ok", 0, REPORT, ""],
  ["failed", 0, "Welcome to pi5!", ""],
  ["timed out", undefined, "", ""],
  ["unreachable", 255, "", "ssh: connect to host 192.168.1.100 port 22: No route to host"],
  ["unreachable", 255, "", "ssh: connect to host 192.168.1.100 port 22: Connection timed out\r\n"],
  ["unreachable", 255, "", ""],
  [
    "wrong host key",
    255,
    "",
    "@@@\nWARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\n@@@\nNo ED25519 host key is known for 192.168.1.100 and you have requested strict checking.\nHost key verification failed.",
  ],
  [
    "wrong host key",
    255,
    "",
    "Unable to negotiate with 192.168.1.100 port 22: no matching host key type found. Their offer: ssh-rsa",
  ],
  ["refused", 255, "", "probe@192.168.1.100: Permission denied (publickey)."],
  [
    "too many keys",
    255,
    "",
    "Received disconnect from 192.168.1.100 port 22:2: Too many authentication failures\r\nDisconnected from 192.168.1.100 port 22",
  ],
  [
    "account locked",
    255,
    "",
    "Your account has expired; please contact your system administrator.\nConnection closed by 192.168.1.100 port 22",
  ],
  ["account locked", 1, "This account is currently not available.\n", ""],
  ["not bootstrapped", 1, "", "sudo: a password is required"],
  ["not bootstrapped", 127, "", "sh: 1: sudo: not found"],
  ["not bootstrapped", 1, "", "sudo: /usr/local/sbin/homelab-helper: command not found"],
  ["helper too old", 64, "", "usage: homelab-helper version"],
  ["failed", 1, "", "jq: error: syntax error"],
])("%s: exit %s, %j, %j", (status, exitCode, stdout, stderr) => {
  const seen = understand({ ok: exitCode === 0, exitCode, stdout, stderr }, 20);
  expect(seen.status).toBe(status);
  expect("reason" in seen ? seen.reason : "none").toMatch(/^\S.*[^\s.]$/);
});

test("the reason is the line that says it", () => {
  const stderr =
    "Received disconnect from 192.168.1.100 port 22:2: Too many authentication failures\r\nDisconnected.\r\n";
  expect(understand({ ok: false, exitCode: 255, stdout: "", stderr }, 20)).toMatchObject({
    reason: expect.stringMatching(/Too many authentication failures$/) as unknown,
  });
});

test("the reason is otherwise the last line that was said", () => {
  const result = { ok: false, exitCode: 255, stdout: "", stderr: "warning\r\nssh: No route to host\r\n" };
  expect(understand(result, 20)).toEqual({ status: "unreachable", reason: "ssh: No route to host" });
});

test("the host that has the key which was shown is named, where it is a declared one", () => {
  const hosts = [
    { name: "pi5", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl" },
    { name: "pi4", hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJlA" },
  ];
  const warning = (fingerprint: string): string =>
    `The fingerprint for the ED25519 key sent by the remote host is\nSHA256:${fingerprint}.\nPlease contact your system administrator.`;
  expect(ownerOfKey(warning("+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"), hosts)).toBe("pi5");
  expect(ownerOfKey(warning("+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqX"), hosts)).toBeUndefined();
  expect(ownerOfKey("Host key verification failed.", hosts)).toBeUndefined();
});
