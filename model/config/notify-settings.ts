import { z } from "zod";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { secretReference as secret } from "./secret-reference.js";

const address = form(/^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/, "is not a mail address", {
  prose: "write it as in anna@example.org",
});

const mail = mapping({
  /** SMTP server that takes the mail. */
  host: form(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, "is not the name of a mail server", {
    prose: "write it as in smtp.example.org",
  }),
  /** @default what is usual for tls: 465, 587 or 25 */
  port: z.int().min(1).max(65535).optional(),
  /** implicit: encrypted from the first byte on. starttls: from the first command on, or not sent. none: unencrypted. */
  tls: z.enum(["implicit", "starttls", "none"]).default("implicit"),
  from: address,
  to: z
    .union([
      address.transform((it) => [it]),
      z
        .array(address)
        .refine(
          (list) => list.length > 0,
          complaint("malformed", "names nobody", { prose: "write [anna@example.org]" }),
        ),
    ])
    .readonly(),
  /** Account of the server; without one there is no login. */
  user: z.string().min(1).optional(),
  password: secret.optional(),
});

const ntfy = mapping({
  url: form(/^https?:\/\/[A-Za-z0-9.-]+(:\d+)?\/?$/, "is not the address of an ntfy server", {
    prose: "write it as in https://ntfy.example.org, without the topic",
  }).default("https://ntfy.sh"),
  topic: form(/^[A-Za-z0-9_-]{1,64}$/, "is not a topic", {
    prose: "use letters, digits, dashes and underscores, 64 at most",
  }),
  token: secret.optional(),
});

const webhook = mapping({
  url: secret,
  headers: named(
    form(/^[A-Za-z0-9-]+$/, "is not the name of a header", { prose: "write it as in X-Gotify-Key" }),
    secret,
  ).default({}),
});

/** What `homelab:notify` may say: where failures and drift are told. */
export const notify = mapping({
  ntfy: ntfy.optional(),
  mail: mail.optional(),
  webhook: webhook.optional(),
  /** Address of a dead man's switch, which raises the alarm when no ping comes. */
  ping: secret.optional(),
});
export type NotifyConfig = z.infer<typeof notify>;
