import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A control server that keeps a policy as Tailscale's does, for one OAuth client with the ID `client`. */
export class ControlServer {
  /** undefined as long as nobody has written one. */
  policy: string | undefined;
  /** The secret that it takes. */
  secret = "tskey-client-right";
  /** What it finds wrong with every policy. */
  complaint: { message: string; data?: { user: string; errors: string[] }[] } | undefined;
  /** It judges no policies, as Headscale. */
  judges = true;
  /** It lets nobody at the policy. */
  withoutScope = false;
  /** Somebody changes the policy to this, right after it was looked at. */
  changedMeanwhile: string | undefined;
  /** Its machines, as the API has them. */
  devices: { readonly id: string; readonly [field: string]: unknown }[] = [];
  /** Calls that changed something. */
  readonly writes: string[] = [];
  url = "";
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, body } = this.answer(request, Buffer.concat(chunks).toString("utf8"));
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer({ method, url, headers }: http.IncomingMessage, body: string): { status: number; body: unknown } {
    const { authorization = "" } = headers;
    if (url === "/api/v2/oauth/token") {
      const right = authorization === `Basic ${Buffer.from(`client:${this.secret}`).toString("base64")}`;
      return right
        ? { status: 200, body: { access_token: "token", token_type: "Bearer", expires_in: 3600 } }
        : { status: 401, body: { message: "API token invalid" } };
    }
    if (authorization !== "Bearer token") {
      return { status: 401, body: { message: "no token" } };
    }
    if (this.withoutScope) {
      return { status: 403, body: { message: "calling actor does not have enough permissions" } };
    }
    const [, id] = method === "DELETE" ? (/^\/api\/v2\/device\/(.*)$/.exec(url ?? "") ?? []) : [];
    if (id !== undefined) {
      this.devices = this.devices.filter((it) => it.id !== id);
      return { status: 200, body: "" };
    }
    switch (`${method ?? ""} ${url ?? ""}`) {
      case "GET /api/v2/tailnet/-/devices":
        return { status: 200, body: { devices: this.devices } };
      case "GET /api/v2/tailnet/-/acl":
        return { status: 200, body: this.policy ?? DEFAULT };
      case "POST /api/v2/tailnet/-/acl/validate":
        this.policy = this.changedMeanwhile ?? this.policy;
        return this.judges
          ? { status: 200, body: this.complaint ?? {} }
          : { status: 404, body: { message: "not found" } };
      case "POST /api/v2/tailnet/-/acl":
        if (headers["if-match"] !== undefined && this.policy !== undefined) {
          return { status: 412, body: { message: "precondition failed, invalid old hash" } };
        }
        this.policy = body === "" ? undefined : body;
        this.writes.push(body);
        return { status: 200, body };
      default:
        return { status: 404, body: { message: "not found" } };
    }
  }
}

/** What a new tailnet has. */
const DEFAULT = '// Everybody reaches everything.\n{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}\n';
