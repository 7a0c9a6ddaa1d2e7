import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** Text to wait for on the screen, and the keys to type then. */
export type Exchange = readonly [seen: string | RegExp, typed: string];

export const ENTER = "\r";
export const CTRL_C = "\x03";
export const DOWN = "\x1b[B";
/** Deletes this many characters. */
export const back = (characters: number): string => "\x7f".repeat(characters);

/** Longest wait for the next text: longer than it takes to prepare a host, or to deploy to some. */
const PATIENCE_MS = 600_000;
/** Delay until a prompt that is drawn reads the keyboard. */
const MOMENT_MS = 300;

export interface Session {
  readonly exitCode: number;
  /** Everything that was on the screen, in order, without colours. */
  readonly screen: string;
  /** The same with all control sequences. */
  readonly raw: string;
}

export interface TypingOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Rows of the terminal. @default 40 */
  readonly rows?: number;
  /** Columns of the terminal. @default 110 */
  readonly columns?: number;
}

/** Runs a command in its own terminal, with simulated keyboard input. */
export function typing(
  command: string,
  { cwd, env, rows = 40, columns = 110 }: TypingOptions,
  exchanges: readonly Exchange[],
): Promise<Session> {
  // script(1) makes the terminal; its own input is the keyboard.
  const child = spawn("script", ["-qefc", `stty rows ${rows} cols ${columns}; exec ${command}`, "/dev/null"], {
    cwd,
    env: { ...process.env, ...env },
  });
  let screen = "";
  let raw = "";
  let from = 0;
  const left = [...exchanges];
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`not seen: ${String(left[0]?.[0] ?? "the end")}\n${screen}`));
    }, PATIENCE_MS);
    const answer = (): void => {
      const [next] = left;
      const at =
        next === undefined ? -1 : screen.slice(from).search(next[0] instanceof RegExp ? next[0] : literal(next[0]));
      if (next !== undefined && at >= 0) {
        left.shift();
        late.refresh();
        from = screen.length;
        setTimeout(() => {
          child.stdin.write(next[1]);
        }, MOMENT_MS);
      }
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      raw += text;
      screen += stripVTControlCharacters(text);
      answer();
    });
    child.once("exit", (code) => {
      clearTimeout(late);
      if (left.length > 0) {
        reject(new Error(`it ended with ${code} before this was seen: ${String(left[0]?.[0])}\n${screen}`));
      } else {
        resolve({ exitCode: code ?? -1, screen, raw });
      }
    });
  });
}

const literal = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
