import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "./command.js";

// The REST API that GitHub and Gitea have in common, with what their workflows put into the environment.
// https://docs.github.com/en/rest/issues/comments, https://docs.gitea.com/api

type Env = Readonly<Record<string, string | undefined>>;

/** Something that has a number and a text: an issue, a pull request, a comment. */
const written = z.object({
  id: z.number(),
  number: z.number().optional(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
type Written = z.infer<typeof written>;

const event = z.object({ pull_request: z.object({ number: z.number() }) });

/** The repository that a workflow runs for. */
export interface Forge {
  /** `GET` and the like on a path below the repository. @throws UserError with the forge's answer */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
}

/** @throws UserError if the environment is not that of a workflow */
export function forgeOf(env: Env): Forge {
  const [api, repository, token] = ["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"].map((name) => {
    const value = env[name];
    if (value === undefined || value === "") {
      throw new UserError(
        `${name} is not set.\n-> run this in a workflow of GitHub or Gitea, with GITHUB_TOKEN in its env`,
      );
    }
    return value;
  });
  return {
    async ask(method, path, body) {
      const url = `${api ?? ""}/repos/${repository ?? ""}${path}`;
      const response = await fetch(url, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token ?? ""}`,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) {
        const answer = text.replaceAll(token ?? "", "(token)").slice(0, 300); // some quote what they were sent
        throw new ForgeError(response.status, `${method} ${url}: ${response.status} ${answer}`);
      }
      return text === "" ? undefined : (JSON.parse(text) as unknown);
    },
  };
}

/** What a forge refuses. */
class ForgeError extends UserError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Number of the pull request that a workflow runs for. @throws UserError if it runs for something else */
export function pullRequestOf(env: Env): number {
  const file = env["GITHUB_EVENT_PATH"];
  const found = event.safeParse(file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8")));
  if (!found.success) {
    throw new UserError("This workflow does not run for a pull request.\n-> use it on: pull_request");
  }
  return found.data.pull_request.number;
}

/** Pages of a list, until one is empty: GitHub's size of a page is `per_page`, Gitea's is `limit`. */
async function all(forge: Forge, path: string): Promise<Written[]> {
  const found: Written[] = [];
  for (let page = 1; ; page++) {
    const query = `${path.includes("?") ? "&" : "?"}per_page=50&limit=50&page=${page}`;
    const items = z.array(written).parse(await forge.ask("GET", `${path}${query}`));
    if (items.length === 0) {
      return found;
    }
    found.push(...items);
  }
}

/** Others may have written a comment with the same marker, which is not ours to change. */
const NOT_OURS: readonly number[] = [403, 404];

/**
 * Writes the one comment of a pull request that begins with a marker: the one that is there is changed.
 *
 * @throws UserError if the forge refuses
 */
export async function writeComment(forge: Forge, pullRequest: number, marker: string, text: string): Promise<void> {
  const comments = await all(forge, `/issues/${pullRequest}/comments`);
  for (const { id } of comments.filter(({ body }) => body?.startsWith(marker))) {
    try {
      await forge.ask("PATCH", `/issues/comments/${id}`, { body: text });
      return;
    } catch (error) {
      if (!(error instanceof ForgeError && NOT_OURS.includes(error.status))) {
        throw error;
      }
    }
  }
  await forge.ask("POST", `/issues/${pullRequest}/comments`, { body: text });
}

/** Who a workflow is: on GitHub, on Gitea. Anybody may write a comment that begins with a marker. */
const WORKFLOWS: readonly string[] = ["github-actions[bot]", "gitea-actions"];

/**
 * The comment that a workflow has written to a pull request, by its marker.
 *
 * @throws UserError if the forge refuses
 */
export async function commentOf(forge: Forge, pullRequest: number, marker: string): Promise<string | undefined> {
  const comments = await all(forge, `/issues/${pullRequest}/comments`);
  const ours = comments.find((it) => WORKFLOWS.includes(it.user?.login ?? "") && it.body?.startsWith(marker));
  return ours?.body ?? undefined;
}

const merged = z.object({ number: z.number(), merged_at: z.string().nullish() });

/**
 * Number of the pull request whose merge a commit is.
 *
 * @param commit its hash
 * @returns undefined if it came without one
 * @throws UserError if the forge refuses
 */
export async function mergeOf(forge: Forge, commit: string): Promise<number | undefined> {
  const answer = (await found(forge, `/commits/${commit}/pulls`)) ?? (await found(forge, `/commits/${commit}/pull`));
  const pulls = z.array(merged).parse([answer ?? []].flat()); // a list on GitHub, and the one on Gitea
  return pulls.find((it) => typeof it.merged_at === "string")?.number;
}

/** What is at a path; undefined if nothing is. */
async function found(forge: Forge, path: string): Promise<unknown> {
  try {
    return await forge.ask("GET", path);
  } catch (error) {
    if (error instanceof ForgeError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

/** What an issue has to say. */
export interface News {
  readonly text: string;
  /** The same for the same matter, in whatever words: letters and digits. */
  readonly digest: string;
}

/** What was done with an issue: `updated` where it is about something else now, `unchanged` where it is not. */
export type IssueChange = "opened" | "updated" | "unchanged" | "closed" | "nothing to do";

/**
 * Keeps the one open issue that begins with a marker: written where there is something to say, and closed with a comment
 * where there is nothing any more.
 *
 * @param news what there is to say; undefined closes the issue
 * @throws UserError if the forge refuses
 */
export async function keepIssue(
  forge: Forge,
  marker: string,
  title: string,
  news: News | undefined,
): Promise<IssueChange> {
  const body = news && `${marker}\n${digestMark(news)}\n${news.text}`;
  const open = await openIssue(forge, marker);
  if (open?.number === undefined) {
    if (body === undefined) {
      return "nothing to do";
    }
    await forge.ask("POST", "/issues", { title, body });
    return "opened";
  }
  if (news !== undefined) {
    await forge.ask("PATCH", `/issues/${open.number}`, { body });
    return says(open, news) ? "unchanged" : "updated";
  }
  await forge.ask("POST", `/issues/${open.number}/comments`, { body: "Nothing differs any more." });
  await forge.ask("PATCH", `/issues/${open.number}`, { state: "closed" });
  return "closed";
}

/**
 * Does the open issue that begins with a marker say this already?
 *
 * @throws UserError if the forge refuses
 */
export async function isInIssue(forge: Forge, marker: string, news: Pick<News, "digest">): Promise<boolean> {
  return says(await openIssue(forge, marker), news);
}

const openIssue = async (forge: Forge, marker: string): Promise<Written | undefined> =>
  (await all(forge, "/issues?state=open&type=issues")).find(({ body }) => body?.startsWith(marker));

const says = (issue: Written | undefined, news: Pick<News, "digest">): boolean =>
  issue?.body?.includes(digestMark(news)) === true;

const digestMark = ({ digest }: Pick<News, "digest">): string => `<!-- digest: ${digest} -->`;
