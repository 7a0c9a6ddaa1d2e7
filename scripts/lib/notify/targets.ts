import type { NotifyConfig } from "../../../model/config/notify-settings.js";
import { send } from "./http.js";
import { sendMail } from "./mail.js";
import type { ValueOf } from "./secret-source.js";

/** What is told. */
export interface Message {
  /** For programs. */
  readonly event: "test" | "drift" | "healed" | "drift-failed" | "deployment-failed";
  readonly stack: string;
  readonly title: string;
  readonly text: string;
  /** Where there is more to read. */
  readonly url?: string;
}

/** Somewhere that messages go. */
export interface Target {
  /** Its key in homelab:notify. */
  readonly name: keyof NotifyConfig;
  /** @throws Undelivered */
  readonly deliver: (message: Message) => Promise<void>;
}

/** What services that show messages take: less than the 4096 bytes of ntfy, and the 2000 characters of Discord. */
const MOST_CHARACTERS = 1000;

/** The targets that the owner has configured. */
export function targetsOf({ ntfy, mail, webhook }: NotifyConfig, valueOf: ValueOf): Target[] {
  return [
    ...(ntfy === undefined ? [] : [{ name: "ntfy" as const, deliver: byNtfy(ntfy, valueOf) }]),
    ...(mail === undefined ? [] : [{ name: "mail" as const, deliver: byMail(mail, valueOf) }]),
    ...(webhook === undefined ? [] : [{ name: "webhook" as const, deliver: byWebhook(webhook, valueOf) }]),
  ];
}

type Of<Key extends keyof NotifyConfig> = NonNullable<NotifyConfig[Key]>;

/** https://docs.ntfy.sh/publish/#publish-as-json: in JSON the topic is not part of the address, and any letter is allowed. */
const byNtfy =
  ({ url, topic, token }: Of<"ntfy">, valueOf: ValueOf): Target["deliver"] =>
  async (message) => {
    await send({
      url,
      ...(token !== undefined && { headers: { authorization: `Bearer ${await valueOf(token)}` } }),
      body: {
        topic,
        title: message.title,
        message: shortened(message.text),
        ...(message.url !== undefined && { click: message.url }),
      },
    });
  };

const byMail =
  (config: Of<"mail">, valueOf: ValueOf): Target["deliver"] =>
  async ({ title, text, url }) => {
    const password = config.password === undefined ? undefined : await valueOf(config.password);
    await sendMail(config, password, { title, text: `${text}\n${url === undefined ? "" : `\n${url}\n`}` });
  };

const byWebhook =
  ({ url: address, headers }: Of<"webhook">, valueOf: ValueOf): Target["deliver"] =>
  async ({ event, stack, title, text, url }) => {
    const short = shortened(text);
    const all = [title, short, ...(url === undefined ? [] : [url])].join("\n");
    const values: [string, string][] = [];
    for (const [header, name] of Object.entries(headers)) {
      values.push([header, await valueOf(name)]);
    }
    await send({
      url: await valueOf(address),
      headers: Object.fromEntries(values),
      // text: Slack, Mattermost; content: Discord; title and message: Gotify
      body: { event, stack, title, message: short, text: all, content: all, ...(url !== undefined && { url }) },
    });
  };

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}

/**
 * Tells a dead man's switch that a run has come to its end.
 *
 * @param failed is told as healthchecks.io has it, by `/fail` at the end of the path
 * @throws Undelivered
 */
export async function pingSwitch(name: string, valueOf: ValueOf, failed: boolean): Promise<void> {
  const url = await valueOf(name);
  await send({ url: failed ? url.replace(/\/?(?=[?#]|$)/, "/fail") : url });
}
