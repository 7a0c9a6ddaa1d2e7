import { opener } from "../../scripts/open/browser.js";

test.each([
  ["darwin", {}, "open"],
  ["linux", { DISPLAY: ":0" }, "xdg-open"],
  ["linux", { WAYLAND_DISPLAY: "wayland-0" }, "xdg-open"],
  ["linux", {}, undefined],
  ["linux", { DISPLAY: "" }, undefined],
] as const)("on %s with %j a URL is opened by %s", (platform, env, program) => {
  expect(opener(platform, env)).toBe(program);
});
