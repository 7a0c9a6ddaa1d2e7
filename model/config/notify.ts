import { z } from "zod";
import { howToSet } from "../compose/secret-sources.js";
import type { Problem } from "../yaml/problem.js";
import { parseWith } from "../yaml/schema.js";
import type { Path, Source } from "../yaml/source.js";
import { notify as schema } from "./notify-settings.js";
import type { NotifyConfig } from "./notify-settings.js";
import { settingPath } from "./settings.js";
import type { Config } from "./settings.js";

const stackFile = z.looseObject({ config: z.looseObject({ "homelab:notify": z.unknown() }) });

/** What homelab:notify says, whatever is wrong beside it: that is one of the things to tell. */
export function parseNotify(source: Source, problems: Problem[]): NotifyConfig | undefined {
  const given = stackFile.safeParse(source.data).data?.config["homelab:notify"] ?? {};
  return parseWith(schema, given, source, settingPath("notify"), problems);
}

/** A secret that homelab:notify refers to. */
export interface NotifySecret {
  readonly name: string;
  /** Where in homelab:notify. */
  readonly at: Path;
  /** Where the owner gets it. */
  readonly obtain: string;
}

/** The secrets that homelab:notify refers to. */
export function notifySecrets({ notify: { ntfy, mail, webhook, ping } = {} }: Pick<Config, "notify">): NotifySecret[] {
  const all: readonly (readonly [name: string | undefined, at: Path, obtain: string])[] = [
    [ntfy?.token, ["ntfy", "token"], "make an access token in ntfy"],
    [mail?.password, ["mail", "password"], "ask the mail server's owner for a password"],
    [webhook?.url, ["webhook", "url"], "copy the webhook's address"],
    ...Object.entries(webhook?.headers ?? {}).map(
      ([header, name]) => [name, ["webhook", "headers", header], `find out which ${header} the webhook takes`] as const,
    ),
    [ping, ["ping"], "make a check that expects a ping each day, and copy its address"],
  ];
  return all.flatMap(([name, at, obtain]) => (name === undefined ? [] : [{ name, at, obtain }]));
}

/** Every secret of homelab:notify is set, and no password crosses the network unencrypted. */
export function checkNotify(stack: string, config: Config, source: Source): Problem[] {
  const missing = notifySecrets(config).filter(({ name }) => !Object.hasOwn(config.secrets, name));
  return [
    ...missing.map(({ name, at, obtain }) =>
      source.problem(
        settingPath("notify", ...at),
        "missing-secret",
        `the secret ${name} is not set`,
        howToSet(stack, name, { obtain }),
      ),
    ),
    ...checkLogin(config, source),
  ];
}

function checkLogin({ notify }: Config, source: Source): Problem[] {
  const { user, password, tls } = notify?.mail ?? {};
  const at = (key: string): Path => settingPath("notify", "mail", key);
  if ((user === undefined) !== (password === undefined)) {
    const [there, absent] = user === undefined ? ["password", "user"] : ["user", "password"];
    const message = `needs ${absent}: as well, since a login takes both`;
    return [source.problem(at(there), "missing-value", message, { prose: `add ${absent}:` }, { prose: "remove it" })];
  }
  return password === undefined || tls !== "none"
    ? []
    : [
        source.problem(
          at("tls"),
          "conflicting-keys",
          "the password would cross the network in plain text",
          { prose: "write starttls" },
          { prose: "write implicit" },
        ),
      ];
}
