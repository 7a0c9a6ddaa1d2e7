// Commands on a host that is reached by SSH.
import type { Client, ClientChannel } from "ssh2";
import { processInputs, Streams } from "./process";
import type { Operation } from "../provider/resource";
import type { Output, ProcessInputs } from "./process";
import { withConnection } from "./ssh";
import type { Connection } from "./ssh";
import type { Values } from "../provider/values";

export async function runRemotely(
  command: string,
  inputs: Values,
  before: Output,
  operation: Operation,
): Promise<Output> {
  const settings = processInputs(inputs, before);
  const connection = inputs["connection"] as unknown as Connection;
  return withConnection(connection, operation, (client) => run(client, command, settings, operation));
}

async function run(client: Client, command: string, settings: ProcessInputs, { log }: Operation): Promise<Output> {
  const streams = new Streams(settings, log);
  const warn = (refused: string): void => {
    log.warning(refused);
  };
  const failure = await new Promise<string | undefined>((resolve, reject) => {
    // All listeners at once: a quick command's exit status can come in one packet with the answer to its start.
    const attach = (channel: ClientChannel): void => {
      let ending: string | undefined = "the connection broke before the command's exit status came";
      channel.on("data", streams.stdout);
      channel.stderr.on("data", streams.stderr);
      channel.on("error", () => undefined); // what comes of a command that ends without reading all of stdin is below
      let sent = false;
      channel.on("finish", () => {
        sent = true;
      });
      channel.on("exit", (code: number | null, signal?: string) => {
        ending =
          code === null
            ? `Process exited from signal ${(signal ?? "?").replace(/^SIG/, "")}`
            : code === 0
              ? undefined
              : `Process exited with status ${code}`;
      });
      channel.on("close", () => {
        // Go's client takes a standard input that nobody read to its end for a failure, so the original does too.
        resolve(ending ?? (sent ? undefined : "EOF: the command ended before it had read all of its standard input"));
      });
      channel.end(settings.stdin);
    };
    open(client, command, settings, warn, attach).catch(reject);
  });
  return streams.finish(command, failure);
}

/** The parts of ssh2 1.17 that `open` reaches into. */
interface Internals {
  _protocol: {
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
  };
  _chanMgr: {
    get(channel: number): { _callbacks: ((failed: unknown) => void)[] } | undefined;
  };
}

/**
 * Starts the command with its environment; `attach` is called before anything that the command says.
 *
 * ssh2 sends variables without asking whether the server took them, so a command would run without
 * the variables that it needs. This asks, and holds the command back until the answers are there: a
 * refused `environment` variable fails the run before it starts; a refused variable with previous
 * output is only worth a warning. The options of `exec` have no room for that, hence the detour.
 */
async function open(
  client: Client,
  command: string,
  { environment, previous }: ProcessInputs,
  warn: (message: string) => void,
  attach: (channel: ClientChannel) => void,
): Promise<void> {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as Internals;
  const answers: Promise<{ name: string; accepted: boolean }>[] = [];
  const send = {
    env: protocol.env.bind(protocol),
    exec: protocol.exec.bind(protocol),
  };
  let refused: string | undefined;

  protocol.env = (channel, name, value) => {
    answers.push(
      new Promise((resolve) => {
        channels.get(channel)?._callbacks.push((failed) => {
          resolve({ name, accepted: failed === false });
        });
      }),
    );
    send.env(channel, name, value, true);
  };
  const started = new Promise<void>((resolve, reject) => {
    protocol.exec = (channel, text, wantReply) => {
      void Promise.all(answers).then((all) => {
        const missing = all.filter((answer) => !answer.accepted).map((answer) => answer.name);
        for (const name of missing.filter((n) => !(n in environment))) {
          warn(`the SSH server does not accept ${name}; AcceptEnv in its configuration would allow it`);
        }
        refused = missing.find((name) => name in environment);
        if (refused !== undefined) {
          reject(
            new Error(
              `could not set environment variable "${refused}": the SSH server does not accept it. ` +
                "Allow it with AcceptEnv in its configuration, or put VAR=value before the command.",
            ),
          );
        } else {
          send.exec(channel, text, wantReply);
        }
      });
    };
    client.exec(command, { env: { ...previous, ...environment } }, (error, channel) => {
      if (error) {
        reject(error);
      } else {
        attach(channel);
        resolve();
      }
    });
    client.once("close", () => {
      reject(new Error("the server closed the connection"));
    });
  });
  return started;
}
