import { stateInWords } from "../../hosts/settled.js";

test.each([
  ["reverted" as const, false, "It has rolled back to its former firewall."],
  ["applied" as const, false, "It has a firewall that was confirmed before."],
  ["absent" as const, false, "It has no firewall of ours."],
  ["pending" as const, false, "It has the new firewall, and rolls back to the former one within a minute."],
  [
    "reverted" as const,
    true,
    "Nobody could log in with the new state or the former one, so it opened SSH to its whole LAN.",
  ],
])("a host that says %s, SSH opened by force: %s", (state, forced, words) => {
  expect(stateInWords("firewall", { state }, forced)).toBe(words);
});
