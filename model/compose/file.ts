import { z } from "zod";
import { service } from "./service.js";
import { labels } from "./values.js";
import { mapping, named } from "../yaml/schema.js";
import { secretSources } from "./secret-sources.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";

const KEY = /^[a-z0-9][a-z0-9._-]*$/;
const KEY_RULE = "is not a name -> use small letters, digits, dots, dashes and underscores";
/** Docker's own rule for containers asks for two characters at least. */
const SERVICE_KEY = /^[a-z0-9][a-z0-9._-]+$/;
const SERVICE_RULE = `${KEY_RULE}, at least two`;

const orNothing = <Schema extends z.ZodType>(schema: Schema): z.ZodUnion<[Schema, z.ZodNull]> =>
  z.union([schema, z.null()], { error: "must be a mapping" });

const network = mapping(
  {
    name: z.string().optional(),
    driver: z.enum(["bridge"], { error: "must be bridge" }).optional(),
    driver_opts: labels.optional(),
    internal: z.boolean().default(false),
    external: z.boolean().default(false),
    ipam: mapping({
      config: z
        .array(
          mapping({
            subnet: z.cidrv4({ error: "must be a subnet such as 172.20.0.0/24" }),
            gateway: z.ipv4().optional(),
          }),
        )
        .readonly()
        .default([]),
    }).optional(),
  },
  {
    attachable: "it is for Swarm",
    labels: "the program sets its own",
    enable_ipv6: "the engine would need an IPv6 subnet of yours",
  },
);
export type ComposeNetwork = z.infer<typeof network>;

const volume = mapping(
  {
    name: z.string().optional(),
    driver: z.string().optional(),
    driver_opts: labels.optional(),
    external: z.boolean().default(false),
    "x-stateful": z.boolean().default(false),
  },
  { labels: "the program sets its own" },
);
export type ComposeVolumeDefinition = z.infer<typeof volume>;

const content = z.union([z.string(), z.instanceof(SecretText)], { error: "must be a text" });
const config = mapping(
  { file: z.string().optional(), content: content.optional() },
  { environment: "write content: with ${NAME} in it", external: "it is for Swarm", name: "it is for Swarm" },
).refine((it) => (it.file === undefined) !== (it.content === undefined), {
  error: "needs a file or a content -> write file: ./NAME, or content: with the text itself",
});

const secret = mapping(
  { environment: z.string() },
  {
    file: "secrets come from the stack's configuration, not from files; write environment: NAME",
    external: "it is for Swarm",
    name: "it is for Swarm",
  },
);

/** A Compose file: the services of one host that belong together. */
export const composeFile = mapping(
  {
    name: z.string().regex(KEY, { error: KEY_RULE }).optional(),
    services: named(SERVICE_KEY, SERVICE_RULE, service),
    networks: named(KEY, KEY_RULE, orNothing(network)).default({}),
    volumes: named(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, KEY_RULE, orNothing(volume)).default({}),
    configs: named(KEY, KEY_RULE, config).default({}),
    secrets: named(KEY, KEY_RULE, secret).default({}),
    "x-secrets": secretSources,
  },
  {
    version: "Compose files have no version any more; remove it",
    include: "name each file under services: of the host in the stack's configuration",
  },
);
export type ComposeFile = z.infer<typeof composeFile>;
export type ComposeConfig = { readonly file: string } | { readonly content: Text };
