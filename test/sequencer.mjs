import Sequencer from "@jest/test-sequencer";

/** What needs no lab first: it runs while the labs are brought up. */
const ORDER = ["unit", "oracle", "offline", "lab", "kernel"];
const place = ({ context }) => ORDER.indexOf(context.config.displayName?.name);

/** Within a project the order is jest's: what took longest the last time goes first. */
export default class NeedsLabLast extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => place(a) - place(b));
  }
}
