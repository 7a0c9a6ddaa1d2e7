import { screenOf, textOf } from "../../lab/pictures/screen.js";
import { svgOf } from "../../lab/pictures/svg.js";

const SIZE = { rows: 10, columns: 20 };

test("a picture shows what is left on the screen, not what was overwritten", async () => {
  const lines = await screenOf("first\r\n\x1b[32mgre\x1b[1men\x1b[0m  \r\nwrong\r\x1b[Kright\r\n\r\n", SIZE);
  expect(lines.map(textOf)).toEqual(["first", "green", "right"]);
  expect(lines[1]).toEqual([
    { text: "gre", width: 3, colour: 2, bold: false, dim: false },
    { text: "en", width: 2, colour: 2, bold: true, dim: false },
  ]);
});

test("columns stay in their place, and text is text", async () => {
  const svg = svgOf(await screenOf("a\x1b[31m<b>\x1b[0m & │", SIZE), SIZE.columns);
  expect([...svg.matchAll(/<text x="([\d.]+)".*?>(.*?)<\/text>/g)].map(([, x, text]) => [x, text])).toEqual([
    ["14.0", "a"],
    ["21.8", "&lt;b&gt;"],
    ["45.3", "\u00a0&amp;\u00a0│"],
  ]);
  expect(svg).toContain('fill="#e06c75">&lt;b&gt;');
});
