import { join } from "node:path";
import { withSchema } from "../../scripts/lib/editor-schema.js";
import { PROGRAM } from "../../scripts/lib/project.js";

test("a file that is written names its schema by the way to it, once", () => {
  const file = join(PROGRAM, "my/wiki/compose.yaml");
  const text = withSchema(file, "services: {}\n", "compose");
  expect(text).toBe("# yaml-language-server: $schema=../../schemas/compose.json\nservices: {}\n");
  expect(withSchema(file, text, "compose")).toBe(text);
  expect(withSchema(join(PROGRAM, "Pulumi.homelab.yaml"), "", "stack")).toContain("$schema=schemas/stack.json\n");
});
