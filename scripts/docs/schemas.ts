import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { composeFile } from "../../model/compose/file.js";
import { PREFIX, settings } from "../../model/config/settings.js";
import { PROGRAM } from "../lib/project.js";

// What editors complete and check by (https://json-schema.org/draft-07), from the schemas that the program reads with.

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The schemas by the files that have them. */
export function schemas(): Readonly<Record<string, JsonSchema>> {
  return { "schemas/stack.json": stackSchema(), "schemas/compose.json": composeSchema() };
}

/** As text for its file. */
export const schemaText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;

/** Of a Pulumi.STACK.yaml: our own keys strictly, those of the engine and of others as they come. */
function stackSchema(): JsonSchema {
  const { $schema, properties = {}, required = [], $defs } = toJsonSchema(settings);
  const described = Object.entries(properties).map(([key, schema]) => {
    const description = descriptions()[PREFIX + key]?.description;
    return [PREFIX + key, { ...(description !== undefined && { description }), ...(schema as JsonSchema) }] as const;
  });
  return {
    ...($schema !== undefined && { $schema }),
    title: "Stack configuration of a homelab",
    type: "object",
    required: ["config"],
    properties: {
      config: {
        type: "object",
        required: required.map((key) => PREFIX + key),
        properties: Object.fromEntries(described),
        patternProperties: { [`^(?!${PREFIX})`]: {} },
        additionalProperties: false,
      },
    },
    ...($defs !== undefined && { $defs }),
  };
}

/** Of a Compose file, with our extensions; any value may come from `${NAME}`. */
function composeSchema(): JsonSchema {
  return { title: "Compose file of a homelab", ...toJsonSchema(composeFile, mayBeInterpolated) };
}

/** What Pulumi.yaml says of each key. */
function descriptions(): Readonly<Record<string, { readonly description?: string }>> {
  const { config } = parse(readFileSync(join(PROGRAM, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { description?: string }>;
  };
  return config;
}

/** @param also what is changed in each part of it */
function toJsonSchema(schema: z.ZodType, also: (part: JsonSchema) => void = () => undefined): JsonSchema {
  return z.toJSONSchema(schema, {
    target: "draft-7", // which every editor's YAML support knows
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // Every mapping is strict; its catchall is there for the message alone.
      if (def.type === "object") {
        jsonSchema.additionalProperties = false;
      }
      // What zod says of its own values, and not of what is written.
      delete jsonSchema.readOnly;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      also(jsonSchema);
    },
  });
}

/** A value that is written as `${NAME}`, and the owner's own keys for anchors. */
function mayBeInterpolated(part: JsonSchema): void {
  if (part.type === "integer" || part.type === "number" || part.type === "boolean") {
    // A keyword is for its own type alone: strings have to have a $, numbers keep their limits.
    Object.assign(part, { type: [part.type, "string"], pattern: "\\$" });
  }
  if (part.type === "string" && part.pattern !== undefined) {
    part.anyOf = [{ pattern: part.pattern }, { pattern: "\\$" }];
    delete part.pattern;
  }
  if (part.additionalProperties === false) {
    part.patternProperties = { "^x-": {}, "^<<$": {} };
  }
}
