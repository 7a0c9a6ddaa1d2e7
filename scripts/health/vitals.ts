import { byLimits } from "./check.js";
import type { Check } from "./check.js";

/** Percent of a file system: Docker and databases need room to work in. */
const DISK = { look: 85, bad: 95 } as const;
/** Percent of the memory that is in use. */
const MEMORY = { look: 90, bad: 97 } as const;
/** A Raspberry Pi slows down from 80 °C on, and further at 85 °C. */
const CELSIUS = { look: 80, bad: 85 } as const;

/** Bits of get_throttled: raspberrypi.com/documentation/computers/os.html#get_throttled. */
const THROTTLED = [
  { bit: 0, words: "under-voltage" },
  { bit: 1, words: "slowed down" },
  { bit: 2, words: "throttled" },
  { bit: 3, words: "too hot" },
] as const;
/** So much higher is the bit that says the same of the time since the last boot. */
const SINCE_BOOT = 16;

/** What helper/bin/vitals says of a machine. Lines of a newer helper that are unknown here are left out. */
export const vitalsIn = (text: string): Check[] =>
  text
    .split("\n")
    .map((line) => line.split("\t"))
    .flatMap(([fact, value = "", where = ""]): Check[] => {
      switch (fact) {
        case "disk":
          return [
            { what: `disk ${where}`, verdict: byLimits(Number(value), DISK.look, DISK.bad), words: `${value} % used` },
          ];
        case "memory": {
          const used = 100 - Number(value);
          return [{ what: "memory", verdict: byLimits(used, MEMORY.look, MEMORY.bad), words: `${used} % used` }];
        }
        case "celsius":
          return [
            { what: "temperature", verdict: byLimits(Number(value), CELSIUS.look, CELSIUS.bad), words: `${value} °C` },
          ];
        case "throttled":
          return [power(parseInt(value, 16))];
        default:
          return [];
      }
    });

function power(bits: number): Check {
  const set = (shift: number): string[] =>
    THROTTLED.filter(({ bit }) => (bits & (1 << (bit + shift))) !== 0).map(({ words }) => words);
  const [now, before] = [set(0), set(SINCE_BOOT)];
  if (now.length > 0) {
    return { what: "power", verdict: "bad", words: `${now.join(", ")} now` };
  }
  return before.length > 0
    ? { what: "power", verdict: "look", words: `${before.join(", ")} since the last boot` }
    : { what: "power", verdict: "well", words: "steady" };
}
