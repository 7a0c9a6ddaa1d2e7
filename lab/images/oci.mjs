// The JSON of images, for build.sh and publish.sh. Plain JavaScript without packages: it runs before anything is installed.
//   oci.mjs config CONFIG PROGRAM DIFF_ID           a layer's config.json, from its recipe's
//   oci.mjs entries FILE...                         the catalogue, one line an image: reference, recipe, registry, commands
//   oci.mjs manifests LAYERS OUT FILE...            each image's configuration and manifest into OUT, and a line for publish.sh
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const KEYS = ["ports", "paths", "commands", "volumes", "user", "health", "broken"];

const read = (...path) => readFileSync(join(...path), "utf8");
const list = (text) => (text ?? "").split(",").filter(Boolean);
const keyed = (names) => (names.length > 0 ? Object.fromEntries(names.map((name) => [name, {}])) : undefined);

/** A file's content and its address in a registry. */
const blob = (value) => {
  const text = JSON.stringify(value);
  return { text, size: Buffer.byteLength(text), digest: `sha256:${createHash("sha256").update(text).digest("hex")}` };
};

/** One line of a catalogue: REFERENCE RECIPE [KEY=VALUE...]; see catalog.txt. */
function entry(line, where) {
  const [reference, recipe, ...rest] = line.split(/\s+/);
  if (recipe === undefined) {
    throw new Error(`${where}: ${reference} has no recipe`);
  }
  if (reference.includes("@")) {
    throw new Error(`${where}: ${reference}: a digest cannot be answered, leave it out here`);
  }
  const options = Object.fromEntries(rest.map((word) => word.split(/=(.*)/s).slice(0, 2)));
  const unknown = Object.keys(options).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    throw new Error(`${where}: ${reference}: unknown ${unknown.join(", ")}; known: ${KEYS.join(", ")}`);
  }
  return { reference, recipe, options };
}

/** All entries of the files; a reference that comes again replaces the former one. */
function entries(files) {
  const found = new Map();
  for (const file of files) {
    read(file)
      .split("\n")
      .forEach((raw, index) => {
        const line = raw.replace(/(^|\s)#.*/, "").trim();
        if (line === "") {
          return;
        }
        const parsed = entry(line, `${file}:${index + 1}`);
        found.set(parsed.reference, parsed);
      });
  }
  return [...found.values()];
}

/** registry, repository and tag, by Docker's rules. */
function address(reference) {
  const [, name, tag = "latest"] = /^(.+?)(?::([^/:]+))?$/.exec(reference);
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  if (slash > 0 && /[.:]|^localhost$/.test(first)) {
    return { registry: first, repository: name.slice(slash + 1), tag };
  }
  return { registry: "docker.io", repository: slash > 0 ? name : `library/${name}`, tag };
}

/** What a stand-in must know of the image for which it stands. */
function standin(reference, options) {
  const ports = list(options.ports);
  return {
    User: options.user,
    ExposedPorts: keyed(ports.map((port) => `${port.replace("/tls", "")}/tcp`)),
    Volumes: keyed(list(options.volumes)),
    Healthcheck: options.health && {
      Test: ["CMD", ...list(options.health)],
      Interval: 30e9,
      Timeout: 10e9,
      Retries: 3,
    },
    Env: [
      `STANDIN_FOR=${reference}`,
      `STANDIN_PORTS=${ports.join(" ")}`,
      `STANDIN_PATHS=${list(options.paths).join(" ")}`,
      ...(options.broken ? [`STANDIN_BROKEN=${options.broken}`] : []),
    ],
  };
}

function image(layers, { reference, recipe, options }) {
  const names = [recipe, ...(options.commands ? [`commands/${options.commands}`] : [])];
  const base = JSON.parse(read(layers, recipe, "config.json"));
  const isStandin = recipe === "standin";
  const { Env = [], ...own } = isStandin ? standin(reference, options) : {};
  const Labels = { ...base.config.Labels, "lab.reference": reference, "lab.standin": String(isStandin) };
  const config = blob({
    ...base,
    created: "1970-01-01T00:00:00Z",
    config: { ...base.config, ...own, Env: [...base.config.Env, ...Env], Labels },
    rootfs: {
      type: "layers",
      diff_ids: names.flatMap((name) => JSON.parse(read(layers, name, "config.json")).rootfs.diff_ids),
    },
  });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: "application/vnd.docker.container.image.v1+json", size: config.size, digest: config.digest },
    layers: names.map((name) => {
      const [digest, size] = read(layers, name, "layer").trim().split(" ");
      return { mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", size: Number(size), digest };
    }),
  });
  return { config, manifest, layers: names, program: base.config.Labels["lab.program"] };
}

function manifests(layers, out, files) {
  return entries(files).map((item) => {
    const { registry, repository, tag } = address(item.reference);
    const made = image(layers, item);
    for (const { digest, text } of [made.config, made.manifest]) {
      writeFileSync(join(out, digest.slice(7)), text);
    }
    const kind = item.recipe === "standin" ? "standin" : "real";
    const { config, manifest } = made;
    return [item.reference, registry, repository, tag, manifest.digest, config.digest, made.layers, kind, made.program];
  });
}

const [action, ...rest] = process.argv.slice(2);
const table = (rows) => rows.map((row) => `${row.join("\t")}\n`).join("");
try {
  if (action === "config") {
    const [file, program, diffId] = rest;
    const { architecture, config } = {
      architecture: { x64: "amd64" }[process.arch] ?? process.arch,
      config: JSON.parse(read(file)),
    };
    config.Labels = { ...config.Labels, "lab.program": program };
    const made = { architecture, os: "linux", config, rootfs: { type: "layers", diff_ids: [diffId] } };
    process.stdout.write(`${JSON.stringify(made, undefined, 2)}\n`);
  } else if (action === "entries") {
    process.stdout.write(
      table(entries(rest).map((e) => [e.reference, e.recipe, address(e.reference).registry, e.options.commands ?? ""])),
    );
  } else if (action === "manifests") {
    process.stdout.write(table(manifests(rest[0], rest[1], rest.slice(2))));
  } else {
    throw new Error(`unknown action ${action}`);
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
