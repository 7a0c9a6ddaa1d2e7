import { createTransport } from "nodemailer";
import type { NotifyConfig } from "../../../model/config/notify-settings.js";
import { codeOf, networkTrouble, PATIENCE_MS, Undelivered } from "./undelivered.js";

/** An SMTP server, and from whom to whom mail goes. */
type MailConfig = NonNullable<NotifyConfig["mail"]>;

/** The ports that are usual (RFC 8314, RFC 5321). */
const PORTS: Readonly<Record<MailConfig["tls"], number>> = { implicit: 465, starttls: 587, none: 25 };

/** What the steps of SMTP mean where they fail, by nodemailer's codes. */
const BY_CODE: Readonly<Record<string, readonly [words: string, prose: string]>> = {
  EAUTH: ["the server refused the login", "check user:, and set the password again"],
  ENOAUTH: ["the server wants a login", "write user: and password:"],
  EENVELOPE: ["the server refused the sender or the recipients", "check from: and to:, and whether it wants a login"],
  EMESSAGE: ["the server refused the message", "look into the server's log"],
};

/**
 * Sends a mail to everyone that is configured.
 *
 * @param password of the account; undefined where there is no login
 * @throws Undelivered if the server does not take it for all of them
 */
export async function sendMail(
  { host, port, tls, from, to, user }: MailConfig,
  password: string | undefined,
  { title, text }: { readonly title: string; readonly text: string },
): Promise<void> {
  const transport = createTransport({
    host,
    port: port ?? PORTS[tls],
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    dnsTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const sent = await transport
    .sendMail({ from, to: [...to], subject: title, text })
    .catch((error: unknown): never => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const [words, prose] = (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ?? [];
      throw words === undefined || prose === undefined
        ? networkTrouble(codeOf(error))
        : new Undelivered(words, { prose });
    })
    .finally(() => {
      transport.close();
    });
  if (sent.rejected.length > 0) {
    throw new Undelivered(`the server refused ${sent.rejected.length} of ${to.length} recipients`, {
      prose: "check to:",
    });
  }
}
