// A server that answers as a recording has it, and takes nothing but what was recorded.
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A call of the API and its answer. */
export interface Call {
  method: string;
  path: string;
  /** Of those that mean something; of Authorization only the scheme. */
  headers: Record<string, string>;
  body: string;
  status: number;
  response: string;
}

const HEADERS = ["Accept", "Authorization", "Content-Type", "If-Match"];

/** What tells calls apart, with every byte of the body. */
const told = ({ method, path, headers, body }: Omit<Call, "status" | "response">): string =>
  JSON.stringify([method, path, Object.entries(headers).sort(), body]);

export class RecordedServer {
  private expected: Call[] = [];
  private unexpected: string[] = [];
  /** What Authorization carried, each once. */
  readonly credentials = new Set<string>();
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      this.answer(request, Buffer.concat(chunks).toString("utf8"), response);
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** From now on these calls are to come, in any order, since resources are made at the same time. */
  expect(calls: readonly Call[]): void {
    this.expected = [...calls];
    this.unexpected = [];
  }

  /** Calls that came without having been recorded, and recorded ones that did not come. */
  differences(): { unexpected: string[]; missing: string[] } {
    return { unexpected: this.unexpected, missing: this.expected.map(told) };
  }

  private answer(request: http.IncomingMessage, body: string, response: http.ServerResponse): void {
    const headers = Object.fromEntries(
      HEADERS.flatMap((name) => {
        const value = request.headers[name.toLowerCase()];
        return typeof value === "string" ? [[name, name === "Authorization" ? this.scheme(value) : value]] : [];
      }),
    );
    const call = told({ method: request.method ?? "", path: request.url ?? "", headers, body });
    const index = this.expected.findIndex((it) => told(it) === call);
    const [found] = index < 0 ? [] : this.expected.splice(index, 1);
    if (found === undefined) {
      this.unexpected.push(call);
    }
    response.writeHead(found?.status ?? 500, { "Content-Type": "application/json" });
    response.end(found?.response ?? '{"message": "nobody recorded this"}');
  }

  private scheme(value: string): string {
    this.credentials.add(value);
    return value.split(" ")[0] ?? "";
  }
}
