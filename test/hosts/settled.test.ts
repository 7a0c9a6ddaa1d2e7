import { stateInWords } from "../../hosts/settled.js";

test.each([
  ["reverted" as const, false, "It has gone back to its former firewall."],
  ["applied" as const, false, "It has a firewall that was confirmed before."],
  ["absent" as const, false, "It has no firewall of ours."],
  ["pending" as const, false, "It has the new firewall, and goes back to the former one within a minute."],
  [
    "reverted" as const,
    true,
    "Neither the new nor the former state let anybody in, so it has opened SSH for its whole LAN.",
  ],
])("a host that says %s, SSH opened by force: %s", (state, forced, words) => {
  expect(stateInWords("firewall", { state }, forced)).toBe(words);
});
