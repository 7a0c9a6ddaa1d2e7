import { maskOf } from "../../scripts/lib/mask.js";
import { CANARIES, ENCODINGS, leaksOf, partsIn } from "./canary.js";

describe("what is searched for", () => {
  test.each(Object.entries(ENCODINGS))("is found where it is %s", (_, encode) => {
    for (const secret of Object.values(CANARIES)) {
      expect(partsIn(`log: ${encode(secret)} end`, secret)).not.toEqual([]);
    }
    expect(leaksOf("log: no canaries here, end")).toEqual([]);
  });
});

describe("a mask", () => {
  const mask = maskOf(Object.values(CANARIES));

  test.each(Object.entries(ENCODINGS))("hides a secret %s, and nothing beside it", (_, encode) => {
    for (const secret of Object.values(CANARIES)) {
      const masked = mask(`before ${encode(secret)} after`);
      expect(leaksOf(masked)).toEqual([]);
      expect(masked).toMatch(/^before [^]*\[secret\][^]* after$/);
    }
  });

  test("leaves everything else as it is", () => {
    const text =
      'pi5/container/web: exit code 1: "no space left" in /var/lib/docker (sha256:0a1b2c) aGVsbG8gd29ybGQ=\n';
    expect(mask(text)).toBe(text);
    expect(maskOf([])(text)).toBe(text);
    expect(maskOf(["", "no", "true", "False"])("no, it is true")).toBe("no, it is true");
    expect(maskOf(["web", "web:1"])("web:1 and web")).toBe("[secret] and [secret]");
  });

  test("takes no longer for a text that is long", () => {
    const text = `${"QUJD".repeat(50_000)}\n${"ab".repeat(50_000)}\n${"%41".repeat(50_000)}`;
    expect(mask(text)).toBe(text);
  }, 20_000);
});
