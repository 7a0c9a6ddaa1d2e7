import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

// Few questions, of which one is for a password: too little for a package of prompts.

/** Asks on the terminal; only y or yes is a yes. */
export async function confirmed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answer(question, process.stdout)).trim());
}

/** Asks on the terminal; empty without an answer. */
export const asked = (question: string): Promise<string> => answer(question, process.stdout);

/** Asks on the terminal for what nobody may see there; empty without an answer. */
export async function hidden(question: string): Promise<string> {
  process.stdout.write(question);
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const text = await answer("", nowhere, true);
  process.stdout.write("\n");
  return text;
}

async function answer(question: string, output: Writable, terminal?: boolean): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output, ...(terminal === undefined ? {} : { terminal }) });
  const text = await Promise.race([
    prompt.question(question),
    new Promise<string>((resolve) =>
      prompt.once("close", () => {
        resolve("");
      }),
    ),
  ]);
  prompt.close();
  return text;
}
