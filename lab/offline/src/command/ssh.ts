// One SSH connection for one operation, dialled as the connection settings say.
import { once } from "node:events";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Client, utils } from "ssh2";
import type { AnyAuthMethod, ConnectConfig, ParsedKey } from "ssh2";
import type { Operation } from "../provider/resource";

/** Connection settings after Check, so with the defaults in and free of secret marks. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  dialErrorLimit: number;
  perDialTimeout: number;
  hostKey?: string;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

const UNLIMITED = -1;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Runs `use` on a fresh connection and closes it, also that of the proxy, afterwards. */
export async function withConnection<T>(
  connection: Connection,
  operation: Operation,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const clients: Client[] = [];
  try {
    return await use(await connect(connection, operation, clients));
  } finally {
    for (const client of clients.reverse()) {
      client.on("error", () => undefined);
      client.end();
    }
  }
}

async function connect(connection: Connection, operation: Operation, clients: Client[]): Promise<Client> {
  const settings = await settingsOf(connection);
  const { proxy } = connection;
  if (!proxy) {
    const client = await retrying("Dial", connection.dialErrorLimit, operation, async () => {
      return handshake(await dialTcp(connection, operation.signal), settings, operation.signal);
    });
    clients.push(client);
    return client;
  }
  try {
    const proxySettings = await settingsOf(proxy);
    const bastion = await retrying("Dial proxy", proxy.dialErrorLimit, operation, async () => {
      return handshake(await dialTcp(proxy, operation.signal), proxySettings, operation.signal);
    });
    clients.push(bastion);
    const client = await retrying("Dial from proxy", connection.dialErrorLimit, operation, async () => {
      return handshake(await forward(bastion, connection), settings, operation.signal);
    });
    clients.push(client);
    return client;
  } catch (error) {
    throw new Error(`proxy: ${message(error)}`);
  }
}

/** Every failure to dial is tried again, also a refused password or a wrong host key. */
async function retrying<T>(
  what: string,
  limit: number,
  { log, signal }: Operation,
  dial: () => Promise<T>,
): Promise<T> {
  let pause = FIRST_PAUSE_MS;
  for (let failed = 1; ; failed++) {
    try {
      return await dial();
    } catch (error) {
      if (signal.aborted) {
        throw new Error(`given up while dialling: ${message(error)}`);
      }
      if (limit !== UNLIMITED && failed > limit) {
        await log.flushed();
        throw new Error(`after ${limit} failed attempts: ${message(error)}`);
      }
      log.status(`${what} ${failed}/${limit === UNLIMITED ? "inf" : limit} failed: retrying`);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}

/** What is wrong with the settings themselves is found here, before anything is dialled. */
async function settingsOf(endpoint: Endpoint): Promise<ConnectConfig> {
  const username = endpoint.user;
  const auth: AnyAuthMethod[] = [{ type: "none", username }];
  if (endpoint.privateKey !== undefined) {
    const key = parseKey(endpoint.privateKey, "privateKey", endpoint.privateKeyPassword);
    if (!key.isPrivateKey()) {
      throw new Error("privateKey: that is a public key");
    }
    auth.push({ type: "publickey", username, key });
  }
  if (endpoint.password !== undefined) {
    const password = endpoint.password;
    auth.push(
      { type: "password", username, password },
      {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _lang, prompts, finish) => {
          finish(prompts.map(() => password));
        },
      },
    );
  }
  const agent = endpoint.agentSocketPath ?? (process.env["SSH_AUTH_SOCK"] || undefined);
  if (agent !== undefined) {
    await reachable(agent);
    auth.push({ type: "agent", username, agent });
  }
  const pinned = endpoint.hostKey === undefined ? undefined : parseKey(endpoint.hostKey, "hostKey");
  return {
    username,
    authHandler: auth,
    readyTimeout: endpoint.perDialTimeout * 1000,
    ...(pinned
      ? {
          // The key's own type and nothing else. For an RSA key that is the SHA-1 signature,
          // which a current sshd refuses: the provider that this stands in for is the same.
          algorithms: { serverHostKey: [pinned.type] },
          hostVerifier: (key: Buffer) => key.equals(pinned.getPublicSSH()),
        }
      : {}),
  };
}

function parseKey(text: string, property: string, passphrase?: string): ParsedKey {
  const parsed = utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  if (parsed instanceof Error) {
    throw new Error(`${property}: ${parsed.message}`);
  }
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key) {
    throw new Error(`${property}: no key found`);
  }
  return key;
}

async function reachable(socketPath: string): Promise<void> {
  const socket = net.connect(socketPath);
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Error(`SSH agent: ${message(error)}`);
  } finally {
    socket.destroy();
  }
}

async function dialTcp({ host, port, perDialTimeout }: Endpoint, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host, port });
  const timeout = perDialTimeout > 0 ? AbortSignal.timeout(perDialTimeout * 1000) : undefined;
  try {
    await once(socket, "connect", {
      signal: timeout ? AbortSignal.any([signal, timeout]) : signal,
    });
  } catch (error) {
    socket.destroy();
    throw timeout?.aborted ? new Error(`dial ${host}:${port}: no answer in ${perDialTimeout} s`) : error;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 15_000);
  return socket;
}

function forward(bastion: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      if (error) {
        reject(error);
      } else {
        resolve(channel);
      }
    });
  });
}

async function handshake(sock: Duplex, settings: ConnectConfig, signal: AbortSignal): Promise<Client> {
  const client = new Client();
  try {
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        reject(new Error("cancelled"));
      };
      signal.addEventListener("abort", abort, { once: true });
      client.once("ready", () => {
        signal.removeEventListener("abort", abort);
        resolve();
      });
      client.on("error", reject);
      client.once("close", () => {
        reject(new Error("the server closed the connection"));
      });
      client.connect({ ...settings, sock: sock });
    });
    return client;
  } catch (error) {
    client.on("error", () => undefined);
    client.destroy();
    sock.destroy();
    throw error;
  }
}

/** Node's and ssh2's ways to say it, and the words that the command provider's users know. */
const MEANINGS: readonly [RegExp, string][] = [
  [/ECONNREFUSED/, "connection refused"],
  [/EHOSTUNREACH/, "no route to host"],
  [/ENETUNREACH/, "network is unreachable"],
  [/ETIMEDOUT/, "connection timed out"],
  [/ENOTFOUND|EAI_AGAIN/, "no such host"],
  [/authentication methods failed/, "ssh: unable to authenticate"],
  [/Host denied/, "ssh: host key mismatch"],
  [/no matching host key/, "ssh: no common algorithm for host key"],
];

export function message(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map(message).join("; ");
  }
  const text = error instanceof Error ? error.message : String(error);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))?.[1];
  return meaning ? `${meaning} (${text})` : text;
}
