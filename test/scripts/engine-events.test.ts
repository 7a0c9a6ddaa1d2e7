import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { maskedEvent, notDoneIn } from "../../scripts/lib/engine-events.js";

/** The stack itself has come to an end, as the engine writes it. */
const ofStack = (state: object | null): EngineEvent =>
  JSON.parse(
    JSON.stringify({
      sequence: 1,
      timestamp: 0,
      resOutputsEvent: { metadata: { op: "delete", urn: "", type: "pulumi:pulumi:Stack", new: state } },
    }),
  ) as EngineEvent;

test.each([
  ["a stack that was destroyed", null, {}],
  ["one without outputs", {}, {}],
  ["one that names hosts which were not reached", { outputs: { notDone: { pi5: "s3cret" } } }, { pi5: "***" }],
])("%s", (_, state, reasons) => {
  const masked = maskedEvent(ofStack(state), (text) => text.replace("s3cret", "***"));
  expect(notDoneIn([masked])).toEqual(reasons);
});
