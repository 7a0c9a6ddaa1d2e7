/** What is done where a variable has no value, or has one: Compose's operators. */
type Operator = ":-" | "-" | ":?" | "?" | ":+" | "+";

/** A part of a text: characters as they are, or a reference to a variable. */
export type Part =
  | string
  | {
      readonly name: string;
      readonly operator: Operator | undefined;
      /** What follows the operator, itself a text with references. */
      readonly rest: string;
      /** The reference as it is written. */
      readonly whole: string;
    };

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^(:?[-?+])/;

/**
 * The parts of a text with `$NAME`, `${NAME}` and `${NAME:-default}` in it, as Compose takes it apart; `$$` is a dollar
 * sign, and so is one that neither a name nor a brace follows (compose-spec.io, "Interpolation"). Undefined if one cannot
 * be read.
 */
export function partsOf(text: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) {
      break;
    }
    parts.push(text.slice(at, dollar));
    const after = text.slice(dollar + 1);
    const name = NAME.exec(after)?.[0];
    if (after.startsWith("{")) {
      const end = closing(text, dollar + 1);
      const whole = end === undefined ? text.slice(dollar) : text.slice(dollar, end + 1);
      const part = end === undefined ? undefined : braced(whole);
      if (part === undefined) {
        return undefined;
      }
      parts.push(part);
      at = dollar + whole.length;
    } else if (name !== undefined) {
      parts.push({ name, operator: undefined, rest: "", whole: `$${name}` });
      at = dollar + 1 + name.length;
    } else {
      parts.push("$");
      at = dollar + (after.startsWith("$") ? 2 : 1);
    }
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

function braced(whole: string): Part | undefined {
  const inside = whole.slice(2, -1);
  const name = NAME.exec(inside)?.[0];
  if (name === undefined || inside.includes("\n")) {
    return undefined; // Compose does not look for an end on a later line
  }
  const behind = inside.slice(name.length);
  const operator = OPERATOR.exec(behind)?.[0] as Operator | undefined;
  return operator === undefined && behind !== ""
    ? undefined
    : { name, operator, rest: behind.slice(operator?.length ?? 0), whole };
}

/** Where the brace that opens at a place is closed. */
function closing(text: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    depth += text[at] === "{" ? 1 : text[at] === "}" ? -1 : 0;
    if (depth === 0) {
      return at;
    }
  }
  return undefined;
}
