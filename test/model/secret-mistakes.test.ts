import { partsIn } from "../scripts/canary.js";
import { CONFIG, model } from "./declare.js";

// A mistake is shown in a pull request and in logs. Somebody who writes a secret in the wrong form is told so without it.

test.each([
  ["in plain text", "{OWN: CANARY}"],
  ["in a list", "{OWN: [CANARY]}"],
  ["in a mapping", "{OWN: {value: CANARY}}"],
  ["beside its ciphertext", "{OWN: {secure: v1:x, value: CANARY}}"],
  ["in a list of ciphertexts", "{OWN: {secure: [CANARY]}}"],
  ["in the place of all", "CANARY"],
  ["in a list of all", "[CANARY]"],
  ["with a tag", "{OWN: !!binary CANARY}"],
  ["in quotes that are not closed", '{OWN: "CANARY'],
  ["with a second colon", "{OWN: CANARY: x}"],
])("a secret %s is a mistake that is named without it", (_, secrets) => {
  const canary = "s3cret-canary-9041";
  const texts = ["homelab:secrets: ", "homelab:projects: {wiki: {secrets: "].map((key, i) =>
    String(declared(`${CONFIG}  ${key}${secrets.replace("CANARY", canary)}${i === 1 ? "}}" : ""}\n`)),
  );
  expect(texts).toEqual(texts.map(() => expect.stringContaining("Pulumi.test.yaml:") as unknown));
  expect(texts.flatMap((text) => partsIn(text, canary))).toEqual([]);
});

function declared(config: string): unknown {
  try {
    return model("services: {web: {image: web:2}}", config);
  } catch (error) {
    return error;
  }
}
