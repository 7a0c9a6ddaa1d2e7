import { createInterface } from "node:readline/promises";

/** Asks on the terminal; only y or yes is a yes. */
export async function confirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await Promise.race([
    prompt.question(question),
    new Promise<string>((resolve) =>
      prompt.once("close", () => {
        resolve("");
      }),
    ),
  ]);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}
