/** Words as a shell would split them: quotes group, a backslash escapes, nothing is expanded. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  let escaped = false;
  for (const c of text) {
    if (escaped) {
      word = (word ?? "") + c;
      escaped = false;
    } else if (c === "\\" && quote !== "'") {
      escaped = true;
    } else if (quote !== "" && c !== quote) {
      word = (word ?? "") + c;
    } else if (quote !== "") {
      quote = "";
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= ""; // quotes with nothing between them are a word too
    } else if (!/\s/.test(c)) {
      word = (word ?? "") + c;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
