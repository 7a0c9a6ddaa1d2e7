import { model, onlyHost, problemsOf } from "./declare.js";

// Directories that a Compose file names by a relative path keep their path, below one of the project's on its host.

const compose = (...volumes: string[]): string =>
  `name: blog\nservices:\n  web:\n    image: nginx:1.29\n    volumes: [${volumes.map((it) => `"${it}"`).join(", ")}]\n`;

test("two directories of one name stay two, and the project's own is the parent of both", () => {
  const [web] = onlyHost(model(compose("./a/data:/a", "./b//data/:/b:ro", ".:/c"))).services;
  expect(web?.volumes).toMatchObject([
    { type: "bind", source: "/var/lib/homelab-data/blog/a/data", createHostPath: true },
    { type: "bind", source: "/var/lib/homelab-data/blog/b/data", readOnly: true },
    { type: "bind", source: "/var/lib/homelab-data/blog" },
  ]);
});

test("a file beside the Compose file is not on the host, and what lies above is somebody else's", () => {
  const files = { "stacks/nas/web.conf": "listen 80" };
  expect(problemsOf(() => model(compose("./web.conf:/x", "../other:/y", "~/z:/z"), undefined, files))).toEqual([
    expect.stringContaining("volumes[2]: ~ is a home folder"),
    expect.stringContaining("volumes[0]: ./web.conf is a file of the project"),
    expect.stringContaining("volumes[1]: ../other lies outside"),
  ]);
  expect(problemsOf(() => model(compose("./web.conf:/x", "../other:/y"), undefined, files))).toEqual([
    expect.stringContaining(
      "volumes[0]: ./web.conf is a file of the project, and not on the host -> put it into the top-level configs:",
    ),
    expect.stringContaining("volumes[1]: ../other lies outside the project's directory"),
  ]);
});
