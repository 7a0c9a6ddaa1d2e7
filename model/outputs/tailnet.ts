import type { HomelabModel } from "../types.js";
import type { Output, Section } from "./output.js";

/** What the tailnet's policy comes to. */
interface TailnetSummary {
  /** Who may reach what, in the words of the policy. */
  readonly grants: readonly {
    readonly host: string;
    readonly ports: readonly string[];
    readonly what: string;
    readonly from: readonly string[];
  }[];
  /** How many attempts are expected to succeed, and how many to fail, one for each visitor and port. */
  readonly expected: { readonly open: number; readonly shut: number };
}

/** Who may reach what over the tailnet; not there where its policy is no matter of the homelab's. */
export const tailnet: Output<TailnetSummary | undefined> = {
  name: "tailnet",
  derive: ({ tailnet: model }: HomelabModel) => {
    if (model === undefined) {
      return undefined;
    }
    const open = model.expectations.filter((it) => it.open).length;
    return {
      grants: model.grants.map(({ host, ports, what, from }) => ({ host, ports: [...ports], what, from: [...from] })),
      expected: { open, shut: model.expectations.length - open },
    };
  },
  show: (summary) => (summary === undefined ? [] : [whoMayReachWhat(summary)]),
};

const whoMayReachWhat = ({ grants, expected: { open, shut } }: TailnetSummary): Section => ({
  title: `Who may reach what over the tailnet: ${grants.length} grants, tried in ${open + shut} ways, ${shut} of them shut`,
  head: ["host", "port", "what", "who"],
  rows: grants.map(({ host, ports, what, from }) => [host, ports.join("\n"), what, from.join("\n")]),
});
