/** `*` and `?` stop at a slash, `**` does not; `[a-z]`, `[!a-z]` and `{a,b}` as usual. */
export function globToRegExp(glob: string): RegExp {
  let source = "";
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] as string;
    if (c === "*") {
      const double = glob[i + 1] === "*";
      source += double ? ".*" : "[^/]*";
      i += double ? 1 : 0;
    } else if (c === "?") {
      source += "[^/]";
    } else if (c === "[") {
      const end = glob.indexOf("]", i + 2);
      if (end < 0) {
        throw new Error(`unclosed [ in the pattern ${glob}`);
      }
      const set = glob.slice(i + 1, end).replace(/\\/g, "\\\\");
      source += set.startsWith("!") ? `[^${set.slice(1)}]` : `[${set}]`;
      i = end;
    } else if (c === "{") {
      depth++;
      source += "(?:";
    } else if (c === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (c === "," && depth > 0) {
      source += "|";
    } else if (c === "\\" && i + 1 < glob.length) {
      source += (glob[++i] as string).replace(/\W/g, "\\$&");
    } else {
      source += c.replace(/[.+^$()|\]}\\/-]/g, "\\$&");
    }
  }
  return new RegExp(`^${source}$`, "s");
}
