import { gunzipSync } from "node:zlib";
import { keepCopies, recoverState } from "../../scripts/deploy/state-copies.js";
import { HOST_KEY, model } from "../model/declare.js";

// Which hosts keep a copy of the state, and what is said where there are fewer than two.

const { hosts } = model(
  "name: nas\nservices: {web: {image: nginx:1.29}}\n",
  `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    a: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    b: {address: 192.168.1.101, hostKey: "${HOST_KEY}"}
    c: {address: 192.168.1.102, hostKey: "${HOST_KEY}"}
`,
);
const stack = { name: "lab", exportState: () => Promise.resolve('{"version":3}') };

test.each<[what: string, of: string, full: string, kept: string, said: string | undefined]>([
  ["the first two", "abc", "", "ab", undefined],
  ["the next one where one is full", "abc", "a", "bc", undefined],
  ["the only one there is", "a", "", "a", undefined],
  ["nobody where there is no host", "", "", "", undefined],
  ["one alone", "abc", "ac", "b", "only one host keeps a copy of the state (a: disk is full; c: disk is full)"],
  ["nobody", "ab", "ab", "", "no host keeps a copy of the state (a: disk is full; b: disk is full)"],
])("a copy is kept by %s", async (_, of, full, expected, said) => {
  const kept: string[] = [];
  const notKept = await keepCopies(
    stack,
    hosts.filter(({ name }) => of.includes(name)),
    ({ name }, command, __, { input } = {}) => {
      expect(command.slice(-1)).toEqual(["lab"]);
      expect(gunzipSync(input ?? "").toString()).toBe('{"version":3}');
      const ok = !full.includes(name);
      kept.push(...(ok ? [name] : []));
      return Promise.resolve({ ok, stdout: "", stderr: ok ? "" : "tee: disk is full", exitCode: ok ? 0 : 1 });
    },
  );
  expect([kept.join(""), notKept]).toEqual([expected, said?.replaceAll(": disk", ": tee: disk")]);
});

test.each([
  ["says nothing where nothing runs yet", true, "", undefined],
  ["says nothing where there is a state", false, "a", undefined],
  [
    "names the hosts, and how to take over what runs there",
    true,
    "ac",
    "What runs already on a, c would be recreated.",
  ],
])("a stack without a state or a copy of it %s", async (_, empty, busy, said) => {
  const lost = { name: "lab", isEmpty: () => Promise.resolve(empty), importState: () => Promise.resolve() };
  const found = await recoverState(lost, hosts, ({ name }, [program]) => {
    const stdout = program === "docker" && busy.includes(name) ? "0123\n" : "";
    return Promise.resolve({ ok: program === "docker", stdout, stderr: "", exitCode: program === "docker" ? 0 : 1 });
  });
  expect(found).toEqual(said === undefined ? undefined : expect.stringContaining(said));
  expect(found?.split("\n").at(-1)).toBe(said === undefined ? undefined : "-> npm run deploy -- --recover --stack lab");
});
