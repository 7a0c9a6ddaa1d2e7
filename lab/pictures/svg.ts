import type { Span } from "./screen.js";

/** In pixels; the width of a character is that of common monospace fonts at this size. */
const FONT_SIZE = 13;
const CHARACTER = 7.83;
const LINE = 18;
const MARGIN = 14;

/** The palette of 16 colours, each readable on the background. */
const PALETTE = [
  ...["#5c6370", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0"],
  ...["#7f848e", "#ef7c85", "#a8d389", "#f0cf8c", "#74bdfb", "#d68bee", "#66c6d2", "#ffffff"],
];
const TEXT = "#d7dae0";
const BACKGROUND = "#1e2127";

/** A picture of a terminal with its text as text: small, and sharp at any size. */
export function svgOf(lines: readonly (readonly Span[])[], columns: number): string {
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((spans, i) => rowOf(spans, MARGIN + (i + 1) * LINE - 5)).filter((row) => row !== "");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="6" fill="${BACKGROUND}"/>`,
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${TEXT}">`,
    ...rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function rowOf(spans: readonly Span[], y: number): string {
  let column = 0;
  const texts = spans.map((span) => {
    const x = MARGIN + column * CHARACTER;
    column += span.width;
    return span.text.trim() === "" ? "" : textAt(span, x, y);
  });
  return texts.join("");
}

/** Each text has an explicit width, so that columns stay aligned in any font. */
function textAt({ text, width, colour, bold, dim }: Span, x: number, y: number): string {
  const attributes = [
    `x="${x.toFixed(1)}"`,
    `y="${y}"`,
    `textLength="${(width * CHARACTER).toFixed(1)}"`,
    ...(colour === undefined ? [] : [`fill="${PALETTE[colour] ?? TEXT}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.65"'] : []),
  ];
  return `<text ${attributes.join(" ")}>${escaped(text)}</text>`;
}

/** Viewers treat runs of blanks differently, but all of them keep non-breaking ones. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(" ", "\u00a0");
