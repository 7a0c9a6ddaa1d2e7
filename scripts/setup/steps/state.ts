import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { backendOf, CLOUD, setBackend, stateFolder } from "../../lib/backend.js";
import { flagOf } from "../answers.js";
import type { Question } from "../question.js";
import type { Setup, Step } from "../steps.js";

const LOCAL = "local";
const SERVICE = "cloud";
const ELSEWHERE = "elsewhere";
const URL_OF_STATE = /^(file|s3|gs|azblob|https?|postgres):\/\/\S+$/;

/** Where Pulumi's state is kept: in Pulumi.yaml, so that every command, plain Pulumi and each clone follow it. */
export const state: Step = {
  title: "State",
  find: ({ directory }) => Promise.resolve(found(directory)),
  questions: ({ directory, answers, prompter }) =>
    Promise.resolve(
      decided(directory) === undefined
        ? [
            where(backendOf(directory, process.env)?.url, prompter.interactive),
            ...(answers.get("state") === ELSEWHERE ? [url] : []),
          ]
        : [],
    ),
  act: async (setup) => {
    const chosen = urlOf(setup);
    if (decided(setup.directory) === undefined) {
      await setBackend(setup.directory, chosen);
    }
    const folder = stateFolder(chosen, setup.directory);
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return `${folder}. Each deployment also leaves a copy on two hosts, which npm run deploy finds if this is lost`;
    }
    return chosen;
  },
};

/** What the project or the environment says. A login is no decision: it may be meant for other projects. */
function decided(directory: string): string | undefined {
  const backend = backendOf(directory, process.env);
  return backend?.from === "login" ? undefined : backend?.url;
}

/** The state's place, if it is decided and there: on another machine its folder is missing. */
function found(directory: string): string | undefined {
  const place = decided(directory);
  const folder = place === undefined ? undefined : stateFolder(place, directory);
  return folder === undefined || existsSync(folder) ? place : undefined;
}

function urlOf({ directory, answers }: Setup): string {
  const answer = answers.get("state") ?? LOCAL;
  const place = decided(directory);
  if (place !== undefined) {
    return place;
  }
  switch (answer) {
    case LOCAL:
      return localUrl();
    case SERVICE:
      return CLOUD;
    case ELSEWHERE:
      return answers.get("state-url") ?? "";
    default:
      return answer;
  }
}

/** A folder outside of the clone, whose secrets are encrypted. The engine takes ~ for the account's home, never $HOME. */
function localUrl(): string {
  const data = process.env["XDG_DATA_HOME"] || join(homedir(), ".local/share");
  const home = userInfo().homedir;
  const folder = join(data, "homelab/state");
  return `file://${folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder}`;
}

const where = (login: string | undefined, interactive: boolean): Question => ({
  name: "state",
  kind: interactive ? "one" : "line",
  text: "Where is Pulumi to keep its state, the record of what it made?",
  choices: [
    { value: LOCAL, label: "A folder of this machine", hint: "no account; hosts keep copies, secrets are encrypted" },
    {
      value: ELSEWHERE,
      label: "A bucket",
      hint: "S3 or compatible, Google Cloud, Azure: for several machines or a CI",
    },
    { value: SERVICE, label: "Pulumi Cloud", hint: `needs an account${login === CLOUD ? ": you are logged in" : ""}` },
  ],
  fallback: LOCAL,
  check: (answer) =>
    [LOCAL, SERVICE, ELSEWHERE].includes(answer) || URL_OF_STATE.test(answer)
      ? undefined
      : `"${answer}" is not a place for the state: write local, cloud, or a URL such as s3://bucket?region=eu-central-1`,
  beforehand: flagOf("state"),
});

const url: Question = {
  name: "state-url",
  kind: "line",
  text: "Its URL, such as s3://bucket?region=eu-central-1 (credentials come from the environment, as of the AWS CLI)",
  check: (answer) => (URL_OF_STATE.test(answer) ? undefined : `"${answer}" is not the URL of a state`),
  beforehand: flagOf("state"),
};
