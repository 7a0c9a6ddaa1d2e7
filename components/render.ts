import * as pulumi from "@pulumi/pulumi";
import { fillIn } from "../model/text.js";
import type { Text } from "../model/text.js";

/** Inserts the values of secrets into a string. */
export type Render = (text: Text) => pulumi.Input<string>;

/** Renders with the values of the stack's secrets, by name. A string without secrets stays a plain one. */
export function renderWith(secrets: pulumi.Input<Record<string, string>>): Render {
  return (text) =>
    typeof text === "string"
      ? text
      : pulumi.output(secrets).apply((values) => fillIn(text, (secret) => valueOf(values, secret)));
}

/** The model has checked that it exists, but Pulumi may read the owner's file differently. */
function valueOf(secrets: Readonly<Record<string, string>>, name: string): string {
  const value = secrets[name];
  if (value === undefined) {
    throw new Error(`Pulumi has no secret ${name}, although the stack's configuration file has`);
  }
  return value;
}
