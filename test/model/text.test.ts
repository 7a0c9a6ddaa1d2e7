import fc from "fast-check";
import { fillIn, jsonText, secret } from "../../model/text.js";
import type { Json } from "../../model/text.js";

test("plain data are written as JSON.stringify writes them", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonText(value as Json)).toBe(JSON.stringify(value, undefined, 2));
    }),
  );
});

/** As fast-check's own unit "binary", which first makes a table of all of them. */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test("the value of a secret arrives as it is, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (password) => {
      const text = jsonText({ users: { anna: secret("ANNA"), ben: "known" }, none: undefined, list: [secret("ANNA")] });
      const filled = fillIn(text, (name) => (name === "ANNA" ? password : ""));
      expect(JSON.parse(filled)).toEqual({ users: { anna: password, ben: "known" }, list: [password] });
    }),
  );
});

test("a text tells which secrets are in it", () => {
  expect(jsonText({ users: { anna: secret("ANNA") } })).toMatchObject({ names: ["ANNA"] });
});
