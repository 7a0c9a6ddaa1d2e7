import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publicKeyIn } from "../../hosts/keys.js";
import { keyFile, KEY_VARIABLE } from "../../hosts/ssh.js";
import { UserError } from "./command.js";

// The providers of the engine take any key of the ssh-agent, and could be told a certain one only by an input, which would
// be in the state. So what this program starts is given an agent that knows no other.

/** Message of the agent's protocol that lists its keys (draft-miller-ssh-agent, 3.5). */
const IDENTITIES_ANSWER = 12;

/**
 * Lets all that this process starts find only the key that the owner named in the ssh-agent, if one is named.
 *
 * @throws UserError if what is named is no public key
 */
export async function useNamedKey(): Promise<void> {
  const file = keyFile();
  const agent = process.env["SSH_AUTH_SOCK"];
  if (file === undefined || agent === undefined) {
    return;
  }
  const key = publicKeyIn(file);
  if (key === undefined) {
    throw new UserError(`${KEY_VARIABLE} names ${file}, which is not a file with a public key.`);
  }
  process.env["SSH_AUTH_SOCK"] = await agentWithOnly(agent, key);
}

/**
 * An ssh-agent that has one key of another, and does with it whatever the other does. It ends with this process.
 *
 * @param agent socket of the other
 * @param key as in "ssh-ed25519 AAAA…"
 * @returns its socket
 */
export async function agentWithOnly(agent: string, key: string): Promise<string> {
  const blob = Buffer.from(key.split(" ")[1] ?? "", "base64");
  const folder = mkdtempSync(join(tmpdir(), "hl-agent-")); // nobody else can enter it
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const server = createServer((client) => {
    const upstream = connect(agent);
    let pending: Buffer = Buffer.alloc(0);
    client.pipe(upstream);
    upstream.on("data", (data) => {
      const { messages, rest } = split(Buffer.concat([pending, data]));
      pending = rest;
      messages.forEach((message) => client.write(framed(only(blob, message))));
    });
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    [client, upstream].forEach((it) => it.on("error", end).on("close", end));
  });
  server.unref();
  const socket = join(folder, "agent");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return socket;
}

/** The messages of a stream, each of which has its length before it, and what has not come yet as a whole. */
function split(data: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = data;
  while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
    const end = 4 + rest.readUInt32BE();
    messages.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  return { messages, rest };
}

function framed(text: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/** A list of keys without the others; any other message as it is. */
function only(blob: Buffer, message: Buffer): Buffer {
  if (message[0] !== IDENTITIES_ANSWER) {
    return message;
  }
  const kept: Buffer[] = [];
  // After the type and the number of keys: of each its blob and its comment.
  for (let { messages } = split(message.subarray(5)); messages.length >= 2; messages = messages.slice(2)) {
    const [found, comment] = messages;
    if (found?.equals(blob) === true && comment !== undefined) {
      kept.push(framed(found), framed(comment));
    }
  }
  const head = Buffer.from([IDENTITIES_ANSWER, 0, 0, 0, kept.length / 2]);
  return Buffer.concat([head, ...kept]);
}
