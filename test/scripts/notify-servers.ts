import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";

// Servers on this machine that take what is sent, and note it.

/** What a web server was asked. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A mail as an SMTP server took it. */
export interface Mail {
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  readonly text: string;
}

/** A certificate for 127.0.0.1 that signs itself. */
export interface Certificate {
  /** Its file, for NODE_EXTRA_CA_CERTS. */
  readonly file: string;
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly remove: () => void;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  const [keyFile, file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", keyFile, "-out", file],
    ],
    { stdio: "pipe" },
  );
  return {
    file,
    key: readFileSync(keyFile),
    cert: readFileSync(file),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** A server that runs. */
interface Running {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * A web server.
 *
 * @param answer status and headers by the path of a request; 0 means never
 * @param content what is sent back as JSON; @default the path and the headers, in plain text
 */
export async function webServer(
  answer: (path: string) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> },
  asked: Asked[],
  certificate?: Certificate,
  content?: (asked: Asked) => unknown,
): Promise<Running> {
  const server = (certificate === undefined ? createServer() : createTlsServer(certificate)) as Server;
  server.on("request", (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const question = { method, path: url, headers, body };
      asked.push(question);
      const { status, headers: more = {} } = answer(url);
      if (status !== 0) {
        // Without content, as servers do that say what they were sent.
        const text = content === undefined ? `${url} ${JSON.stringify(headers)}` : JSON.stringify(content(question));
        response.writeHead(status, more).end(text);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

const refusal = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

/**
 * An SMTP server that lets one account in, and takes no mail for somebody called nobody.
 *
 * @param options of smtp-server, as for its TLS
 */
export async function smtpServer(
  login: { readonly user: string; readonly password: string } | undefined,
  mails: Mail[],
  options: SMTPServerOptions,
): Promise<Running> {
  const server = new SMTPServer({
    authOptional: login === undefined,
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) {
        done(null, { user: username });
      } else {
        done(refusal(535, `no account ${username ?? ""} with ${password ?? ""}`));
      }
    },
    onRcptTo({ address }, _session, done) {
      done(address.startsWith("nobody@") ? refusal(550, `no mailbox ${address}`) : undefined);
    },
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          user: typeof session.user === "string" ? session.user : undefined,
          secure: session.secure,
          text,
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined); // a client that does not trust the certificate
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
