import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES, traitsOf } from "../../model/roles.js";

const ROOT = join(__dirname, "../..");
const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8").replaceAll(/\s+/g, " ");

// A role is an entry in the table. What tells people of roles has to follow it.

test("the description of the configuration lists the roles", () => {
  expect(textOf("Pulumi.yaml")).toContain(`role (${ROLES.join(", ")}; or none)`);
});

test("the README lists the roles and their classes", () => {
  const readme = textOf("README.md");
  expect(readme).toContain(`what a host is for: ${ROLES.join(", ")}, or none`);
  expect(readme).toContain(`(${ROLES.map((role) => `\`${traitsOf(role).component}\``).join(", ")})`);
});

test("the list of values that Compose files are given has the address of each role", () => {
  expect(textOf("docs/compose.md")).toContain(ROLES.map((role) => `\`${role.toUpperCase()}_ADDRESS\``).join(" "));
});

test.each(ROLES)("%s has a Compose file, and the list of services names it", (role) => {
  expect(existsSync(join(ROOT, `stacks/${role}/compose.yaml`))).toBe(true);
  expect(textOf("docs/services.md")).toMatch(new RegExp(`\\b${role}\\b`));
});

test.each(ROLES)("%s has the class that its traits name", (role) => {
  const { component } = traitsOf(role);
  expect(textOf("components/roles.ts")).toContain(`class ${component} extends Host`);
  expect(textOf("components/roles.ts")).toContain(`${role}: ${component},`);
});
