import { pack } from "tar-stream";
import { HomelabError } from "../../model/yaml/problem.js";
import type { ReadFile } from "../../model/types.js";
import { UserError } from "../../scripts/lib/command.js";
import { StackFile } from "../../scripts/lib/stack-file.js";
import { differences, manifestReader } from "../../scripts/lib/manifest.js";
import type { Manifest } from "../../scripts/lib/manifest.js";
import { moveCommand, planMove } from "../../scripts/move/plan.js";
import type { Move } from "../../scripts/move/plan.js";
import { COMPOSE_FILES, TWO_HOSTS } from "./homelab.js";

const NAME = "Pulumi.test.yaml";
const STACK = TWO_HOSTS.replace("role: nas,", "role: nas, services: [my/wiki.yaml],   ");
const WIKI = `services:
  db: {image: "db:1.0", volumes: ["rows:/rows"]}
  wiki: {image: "wiki:1.0", depends_on: [db], volumes: ["pages:/pages", "/etc/localtime:/etc/localtime:ro"]}
volumes:
  pages:
  rows:
`;

function planned(
  wish: readonly [service: string, from: string, to: string],
  options: { stack?: string; wiki?: string; leave?: boolean } = {},
): { move: Move; file: StackFile } {
  const { stack = STACK, wiki = WIKI, leave = false } = options;
  const files: Readonly<Record<string, string>> = { [NAME]: stack, ...COMPOSE_FILES, "my/wiki.yaml": wiki };
  const read: ReadFile = (path) => {
    const text = files[path];
    return text === undefined ? { problem: "is missing" } : { text };
  };
  const file = new StackFile(NAME, stack);
  const [service, from, to] = wish;
  return { move: planMove({ service, from, to }, "test", file, read, leave), file };
}

describe("what moves", () => {
  test("is the line of the Compose file, with all its services and their volumes", () => {
    const { move, file } = planned(["wiki", "pi5", "jellyfin"]);
    expect(move.services.map(({ name }) => name)).toEqual(["db", "wiki"]);
    expect(move.volumes).toEqual([
      { name: "wiki_rows", image: "db:1.0" },
      { name: "wiki_pages", image: "wiki:1.0" },
    ]);
    expect(file.hasService("pi5", "my/wiki.yaml")).toBe(false);
    expect(file.hasService("jellyfin", "my/wiki.yaml")).toBe(true);
    expect(file.text).not.toContain("services: []");
    expect(file.text.split("\n").slice(0, 4)).toEqual(STACK.split("\n").slice(0, 4));
  });

  test("is the same where the line was moved by hand", () => {
    const { file } = planned(["wiki", "pi5", "jellyfin"]);
    const again = planned(["wiki", "pi5", "jellyfin"], { stack: file.text });
    expect(again.file.changed).toBe(false);
    expect(again.move.volumes).toHaveLength(2);
  });

  test.each([
    ["a host that is not there", ["wiki", "pi6", "pi5"], /There is no host "pi6"/],
    ["a service that is not there", ["wikki", "pi5", "jellyfin"], /pi5 has no service "wikki": write "wiki"/],
    ["the same host", ["wiki", "pi5", "pi5"], /the same host/],
    ["a service of a role", ["homepage", "pi5", "jellyfin"], /homepage belongs to the role of pi5/],
    ["a service of both hosts", ["watchtower", "pi5", "jellyfin"], /both have a service "watchtower"/],
  ] as const)("is refused for %s", (_, wish, words) => {
    expect(() => planned(wish)).toThrow(UserError);
    expect(() => planned(wish)).toThrow(words);
  });

  test("is refused where the other host cannot have it", () => {
    const wiki = `services:\n  wiki:\n    image: wiki:1.0\n    ports: [{target: 1, published: "80", protocol: tcp, x-audience: [lan]}]\n`;
    expect(() => planned(["wiki", "pi5", "jellyfin"], { wiki })).toThrow(HomelabError);
  });

  test("leaves folders of the host and volumes of others only if the owner says so", () => {
    const wiki = WIKI.replace('"rows:/rows"', '"rows:/rows", "/srv/db:/db"').replace(
      "rows:\n",
      "rows: {external: true}\n",
    );
    expect(() => planned(["wiki", "pi5", "jellyfin"], { wiki })).toThrow(/\/srv\/db is a folder[^]*--leave-folders/);
    const { move } = planned(["wiki", "pi5", "jellyfin"], { wiki, leave: true });
    expect(move.volumes.map(({ name }) => name)).toEqual(["wiki_pages"]);
    expect(move.left).toEqual([expect.stringMatching(/^volume rows is external/), expect.stringMatching(/^\/srv\/db/)]);
  });

  test("has a command that goes on", () => {
    const wish = { service: "wiki", from: "pi5", to: "jellyfin" };
    expect(moveCommand(wish, "homelab", "--remove-old-copy")).toBe(
      "npm run move -- wiki pi5 jellyfin --remove-old-copy",
    );
  });
});

describe("a manifest", () => {
  interface Entry {
    readonly name: string;
    readonly mode?: number;
    readonly uid?: number;
    readonly content?: string;
  }

  /** What the reader makes of an archive that arrives in pieces, and whether it handed on every byte. */
  async function read(entries: readonly Entry[], cut = 0): Promise<Manifest> {
    const archive = pack();
    for (const { content = "", ...header } of entries) {
      archive.entry(header, content);
    }
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive) {
      chunks.push(chunk as Buffer);
    }
    const whole = Buffer.concat(chunks);
    const bytes = whole.subarray(0, whole.length - cut);
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += 700) {
        yield await Promise.resolve(bytes.subarray(at, at + 700));
      }
    };
    const { tap, manifest } = manifestReader();
    const passed: Buffer[] = [];
    for await (const chunk of tap(pieces())) {
      passed.push(chunk);
    }
    expect(Buffer.concat(passed).equals(bytes)).toBe(true);
    return manifest;
  }

  const FILE: Entry = { name: "a/b", mode: 0o640, uid: 999, content: "x".repeat(5000) };

  test("is the same for the same files, in whatever order", async () => {
    const other = { name: "c", content: "y" };
    expect(differences(await read([FILE, other]), await read([other, FILE]))).toEqual([]);
  });

  test.each<[string, Entry]>([
    ["content", { ...FILE, content: "z".repeat(5000) }],
    ["size", { ...FILE, content: "x" }],
    ["owner", { ...FILE, uid: 0 }],
    ["mode", { ...FILE, mode: 0o600 }],
  ])("tells another %s", async (_, entry) => {
    expect(differences(await read([FILE]), await read([entry]))).toEqual(["a/b"]);
  });

  test("tells what is missing, and an archive that was cut off", async () => {
    expect(differences(await read([FILE, { name: "c" }]), await read([FILE]))).toEqual(["c"]);
    await expect(read([FILE], 3000)).rejects.toThrow();
  });
});
