import { splitWords } from "../../lab/offline/src/langhost/words";

test.each([
  ["", []],
  ["  ", []],
  ["--import tsx", ["--import", "tsx"]],
  [" a\t b\n", ["a", "b"]],
  [`'a b' "c d"`, ["a b", "c d"]],
  [`--x='a b'c`, ["--x=a bc"]],
  [`"a \\" b" 'a \\ b'`, [`a " b`, "a \\ b"]],
  ["a\\ b", ["a b"]],
  [`'' ""`, ["", ""]],
  ["a'b", ["ab"]], // never closed: to the end
])("%j", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});
