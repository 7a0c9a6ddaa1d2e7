import { isPair, isScalar, parseDocument, visit } from "yaml";
import type { Pair, Scalar } from "yaml";

/** Keys below which audiences are listed. */
const AUDIENCE_KEYS = ["x-audience", "audience", "from"];

/** A part of a text and what it is to be instead. */
interface Change {
  readonly at: number;
  readonly old: string;
  readonly new: string;
}

/** The stack's file with another name for a host: its key, and wherever it is an audience. All else stays as it is. */
export function renameInStackFile(text: string, from: string, to: string): string {
  const keys: Change[] = [];
  visit(parseDocument(text), {
    Pair(_, { key }, path) {
      const above = path.flatMap((it) => (isPair(it) ? [keyOf(it)] : []));
      if (isScalar(key) && key.value === from && above.join("/") === "config/homelab:hosts") {
        keys.push({ at: startOf(key), old: from, new: to });
      }
    },
  });
  return changed(text, [...keys, ...audiencesIn(text, from, to)]);
}

/** A Compose file with another name for a host that is an audience there. */
export const renameInComposeFile = (text: string, from: string, to: string): string =>
  changed(text, audiencesIn(text, from, to));

function audiencesIn(text: string, from: string, to: string): Change[] {
  const found: Change[] = [];
  visit(parseDocument(text), {
    Scalar(_, node, path) {
      const above = path.findLast((it) => isPair(it));
      if (node.value === `host:${from}` && isPair(above) && AUDIENCE_KEYS.includes(keyOf(above))) {
        found.push({ at: startOf(node), old: `host:${from}`, new: `host:${to}` });
      }
    },
  });
  return found;
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key));
const startOf = ({ range }: Scalar): number => range?.[0] ?? 0;

/** Each change replaces the first such text from its place on: a scalar may begin with quotes. */
function changed(text: string, changes: readonly Change[]): string {
  return [...changes]
    .sort((a, b) => b.at - a.at)
    .reduce((all, { at, old, new: now }) => all.slice(0, at) + all.slice(at).replace(old, () => now), text);
}
