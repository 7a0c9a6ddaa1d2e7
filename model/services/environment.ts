import type { ServiceModel } from "../types.js";

/** Names of the variables of a service's environment that have a secret in them. */
export const secretVariables = ({ definition }: Pick<ServiceModel, "definition">): string[] =>
  Object.entries(definition.environment).flatMap(([name, value]) => (typeof value === "string" ? [] : [name]));
