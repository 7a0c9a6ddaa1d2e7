import type { ServiceModel } from "../types.js";

/** Names of the variables of a service's environment that have a secret in them. */
export const secretVariables = ({ definition }: Pick<ServiceModel, "definition">): string[] =>
  Object.entries(definition.environment).flatMap(([name, value]) => (typeof value === "string" ? [] : [name]));

/** The variables of a service's environment that have no secret in them, with their values. */
export const plainVariables = ({ definition }: Pick<ServiceModel, "definition">): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(definition.environment).filter((it): it is [string, string] => typeof it[1] === "string"),
  );
