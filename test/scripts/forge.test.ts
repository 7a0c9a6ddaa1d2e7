import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commentOf, forgeOf, keepIssue, mergeOf, pullRequestOf, writeComment } from "../../scripts/lib/forge.js";
import type { Forge, News } from "../../scripts/lib/forge.js";

// The one comment and the one issue that this program keeps on a forge, with a server that has what GitHub and Gitea have in
// common of their API.

interface Written {
  readonly id: number;
  readonly number: number;
  readonly body: string;
  readonly state?: string;
  readonly user?: { readonly login: string };
}
const MARKER = "<!-- homelab-preview: lab -->";
const PAGE = 3;
let server: Server;
let forge: Forge;
let comments: Written[];
let issues: Written[];
/** What was asked besides reading: method, path and body. */
let asked: string[];
/** Comments of somebody else's. */
let foreign: number[];
/** What is at other paths below the repository. */
let other: Record<string, unknown>;

beforeEach(async () => {
  [comments, issues, asked, foreign, other] = [[], [], [], [], {}];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://forge");
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const reply = (status: number, value: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      if (request.headers.authorization !== "Bearer t0ken") {
        reply(401, { message: "Bad credentials", sent: request.headers.authorization });
      } else if (/\/commits\//.test(url.pathname)) {
        const found = other[url.pathname.replace("/repos/me/homelab", "")];
        reply(found === undefined ? 404 : 200, found ?? { message: "not found" });
      } else if (request.method === "GET") {
        const list = url.pathname.endsWith("/comments") ? comments : issues;
        const page = Number(url.searchParams.get("page"));
        reply(200, list.slice((page - 1) * PAGE, page * PAGE));
      } else {
        asked.push(`${request.method ?? ""} ${url.pathname} ${body}`);
        const id = Number(/comments\/(\d+)$/.exec(url.pathname)?.[1]);
        reply(foreign.includes(id) ? 403 : 201, {});
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  forge = forgeOf({
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_REPOSITORY: "me/homelab",
    GITHUB_TOKEN: "t0ken",
  });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const comment = (id: number, body: string): Written => ({ id, number: id, body });

test("a pull request without our comment gets one", async () => {
  comments = [comment(1, `I quote: ${MARKER}`)];
  await writeComment(forge, 7, MARKER, `${MARKER}\nnew`);
  expect(asked).toEqual([`POST /repos/me/homelab/issues/7/comments {"body":"${MARKER}\\nnew"}`]);
});

test("ours is found on whatever page it is, and changed", async () => {
  comments = [...Array(7).keys()].map((i) => comment(i + 1, i === 6 ? `${MARKER}\nold` : "hello"));
  await writeComment(forge, 7, MARKER, `${MARKER}\nnew`);
  expect(asked).toEqual([`PATCH /repos/me/homelab/issues/comments/7 {"body":"${MARKER}\\nnew"}`]);
});

test("one that somebody else began with the same marker is left alone", async () => {
  comments = [comment(1, `${MARKER}\nnot ours`), comment(2, `${MARKER}\nold`)];
  foreign = [1];
  await writeComment(forge, 7, MARKER, "new");
  expect(asked.map((it) => it.split(" ", 2).join(" "))).toEqual([
    "PATCH /repos/me/homelab/issues/comments/1",
    "PATCH /repos/me/homelab/issues/comments/2",
  ]);
});

test("the comment of a workflow is read, and not what somebody else has written in its way", async () => {
  comments = [
    { ...comment(1, `${MARKER}\nforged`), user: { login: "mallory" } },
    { ...comment(2, "hello"), user: { login: "github-actions[bot]" } },
    { ...comment(3, `${MARKER}\nours`), user: { login: "github-actions[bot]" } },
  ];
  expect(await commentOf(forge, 7, MARKER)).toBe(`${MARKER}\nours`);
  comments = [{ ...comment(3, `${MARKER}\nours`), user: { login: "gitea-actions" } }];
  expect(await commentOf(forge, 7, MARKER)).toBe(`${MARKER}\nours`);
  comments = comments.slice(1);
  expect(await commentOf(forge, 7, MARKER)).toBeUndefined();
});

test.each<[what: string, paths: Record<string, unknown>, number: number | undefined]>([
  [
    "GitHub",
    {
      "/commits/c0ffee/pulls": [
        { number: 3, merged_at: null },
        { number: 4, merged_at: "2026-11-01T10:00:00Z" },
      ],
    },
    4,
  ],
  ["GitHub, without one", { "/commits/c0ffee/pulls": [] }, undefined],
  ["Gitea", { "/commits/c0ffee/pull": { number: 5, merged_at: "2026-11-01T10:00:00Z" } }, 5],
  ["Gitea, without one", {}, undefined],
])("the pull request that a commit has merged, on %s", async (_, paths, number) => {
  other = paths;
  expect(await mergeOf(forge, "c0ffee")).toBe(number);
});

const DRIFT = "<!-- homelab-drift: lab -->";
const NEWS = { text: "drift at 3:17", digest: "c0ffee" };
test.each<[what: string, open: readonly Written[], news: News | undefined, done: string, asks: readonly string[]]>([
  ["nothing was, and nothing is", [], undefined, "nothing to do", []],
  ["something is new", [comment(3, "another")], NEWS, "opened", ["POST /repos/me/homelab/issues"]],
  ["it is another", [comment(4, `${DRIFT}\nold`)], NEWS, "updated", ["PATCH /repos/me/homelab/issues/4"]],
  [
    "it is the same in other words",
    [comment(4, `${DRIFT}\r\n<!-- digest: c0ffee -->\r\ndrift at 3:16`)],
    NEWS,
    "unchanged",
    ["PATCH /repos/me/homelab/issues/4"],
  ],
  [
    "it is gone",
    [comment(4, `${DRIFT}\nold`)],
    undefined,
    "closed",
    ["POST /repos/me/homelab/issues/4/comments", "PATCH /repos/me/homelab/issues/4"],
  ],
])("the one issue, where %s", async (_, open, news, done, asks) => {
  issues = [...open];
  expect(await keepIssue(forge, DRIFT, "Drift in lab", news)).toBe(done);
  expect(asked.map((it) => it.split(" ", 2).join(" "))).toEqual(asks);
});

test("what the forge refuses is said, with its answer and without the token", async () => {
  const other = forgeOf({
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GITHUB_REPOSITORY: "me/homelab",
    GITHUB_TOKEN: "wr0ng",
  });
  const refused = await writeComment(other, 7, MARKER, "new").catch(String);
  expect(refused).toMatch(/GET http.*\/issues\/7\/comments.*: 401 .*Bad credentials/);
  expect(refused).not.toContain("wr0ng");
});

test("outside of a workflow, the command says what it misses", () => {
  expect(() => forgeOf({ GITHUB_API_URL: "http://127.0.0.1", GITHUB_REPOSITORY: "me/homelab" })).toThrow(
    "GITHUB_TOKEN is not set.\n-> run this in a workflow",
  );
  const folder = mkdtempSync(join(tmpdir(), "event-"));
  const file = join(folder, "event.json");
  writeFileSync(file, JSON.stringify({ pull_request: { number: 12 } }));
  expect(pullRequestOf({ GITHUB_EVENT_PATH: file })).toBe(12);
  writeFileSync(file, JSON.stringify({ ref: "refs/heads/main" }));
  expect(() => pullRequestOf({ GITHUB_EVENT_PATH: file })).toThrow("does not run for a pull request");
  expect(() => pullRequestOf({})).toThrow("does not run for a pull request");
  rmSync(folder, { recursive: true });
});
