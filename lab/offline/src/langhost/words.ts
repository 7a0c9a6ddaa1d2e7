/** Words as a shell would split them: quotes group, a backslash escapes, nothing is expanded. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote === "'" ? c !== "'" : quote === '"' && c !== '"' && c !== "\\") {
      word += c;
    } else if (c === "\\" && i + 1 < text.length) {
      word = (word ?? "") + text[++i];
    } else if (quote) {
      quote = "";
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? "") + c;
    }
  }
  if (word !== undefined) {
    words.push(word);
  }
  return words;
}
