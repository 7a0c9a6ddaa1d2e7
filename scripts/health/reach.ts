import { once } from "node:events";
import { request } from "node:https";
import { connect } from "node:net";
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { sourcesOf } from "../../model/audience.js";
import type { Audience, World } from "../../model/audience.js";
import { contains } from "../../model/subnet.js";
import type { HostModel, RouteModel } from "../../model/types.js";
import { byLimits } from "./check.js";
import type { Check } from "./check.js";

// What this machine reaches of what is meant for it.

const TIMEOUT_MS = 5000;
const HTTPS = 443;
const FORBIDDEN = 403;
const MS_PER_DAY = 86_400_000;
/** Certificates are renewed 30 days before their end. */
const DAYS_LEFT = { look: 29, bad: 7 } as const;

/** Where this machine is, as a host sees it. */
export interface Vantage {
  readonly world: World;
  /** Its address. */
  readonly caller: string;
}

/** Is an audience this machine's too? Over the tailnet that is not known here. */
const isMeant = (audience: readonly Audience[], { world, caller }: Vantage): boolean =>
  sourcesOf(audience, world).some((source) => source.kind === "subnet" && contains(source.subnet, caller));

/** Does each TCP port that is meant for this machine take a connection? */
export async function portsOf({ address, openings }: HostModel, vantage: Vantage): Promise<Check[]> {
  const meant = openings.filter(({ protocol, from }) => protocol === "tcp" && isMeant(from, vantage));
  return Promise.all(
    meant.flatMap(({ port, what }) =>
      port === undefined
        ? []
        : [
            takes(address, port).then((trouble): Check => ({
              what: `port ${port}, ${what}`,
              verdict: trouble === undefined ? "well" : "bad",
              words: trouble ?? "answers",
            })),
          ],
    ),
  );
}

async function takes(host: string, port: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    socket.destroy();
  }
}

/** What was got by a name. */
interface Answer {
  readonly status: number;
  /** Days until the certificate ends. */
  readonly days: number;
  /** Traefik itself knows nothing of the name. */
  readonly unknown: boolean;
}

/**
 * Does a route lead somewhere, with a certificate that is valid for it? No resolver is asked: the name is called at the
 * address of its Traefik.
 *
 * @param ca root certificate of that host; @default those that Node.js trusts
 */
export async function routeCheck(
  route: RouteModel,
  vantage: Vantage,
  ca: string | undefined,
  port = HTTPS,
): Promise<Check> {
  const what = `route ${route.name}`;
  try {
    const { status, days, unknown } = await get(route, ca, port);
    if (route.allowed !== undefined && !isMeant(route.audience, vantage)) {
      return status === FORBIDDEN
        ? { what, verdict: "well", words: "shut, since it is not for this machine" }
        : { what, verdict: "bad", words: `answers ${status}, and is not for this machine` };
    }
    if (unknown || status >= 500) {
      const words = unknown ? "Traefik does not know it" : `${status}: Traefik does not reach the service`;
      return { what, verdict: "bad", words };
    }
    const verdict = byLimits(-days, -DAYS_LEFT.look, -DAYS_LEFT.bad);
    return { what, verdict, words: `answers ${status}, certificate for ${days} days` };
  } catch (error) {
    return { what, verdict: "bad", words: reasonOf(error) };
  }
}

async function get({ name, proxy }: RouteModel, ca: string | undefined, port: number): Promise<Answer> {
  const call = request({
    host: proxy.address,
    port,
    servername: name,
    headers: { host: name },
    ...(ca !== undefined && { ca }),
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  call.end();
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const { socket } = response;
  const end = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : "";
  let body = "";
  for await (const chunk of response as AsyncIterable<Buffer>) {
    body += chunk.toString();
    if (body.length > TRAEFIKS_OWN.length) {
      break;
    }
  }
  call.destroy();
  const days = Math.floor((new Date(end).getTime() - Date.now()) / MS_PER_DAY);
  return {
    status: response.statusCode ?? 0,
    days,
    unknown: response.statusCode === 404 && body.startsWith(TRAEFIKS_OWN),
  };
}

/** As Traefik answers for a name that it has no router for. */
const TRAEFIKS_OWN = "404 page not found";

function reasonOf(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nothing listens",
    EHOSTUNREACH: "no way to it",
    ENETUNREACH: "no way to it",
    DEPTH_ZERO_SELF_SIGNED_CERT: "shows a certificate that it has signed itself",
    SELF_SIGNED_CERT_IN_CHAIN: "shows a certificate of another authority",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "shows a certificate of another authority",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "shows a certificate of another authority",
    ERR_TLS_CERT_ALTNAME_INVALID: "shows a certificate for other names",
    CERT_HAS_EXPIRED: "shows a certificate that has expired",
  };
  return name === "TimeoutError" || name === "AbortError" ? "does not answer" : (words[code ?? ""] ?? message);
}
