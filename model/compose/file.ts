import { z } from "zod";
import { service } from "./service.js";
import { flag } from "./scalars.js";
import { subnetOf } from "../subnet.js";
import { pairs, secretOptions } from "./values.js";
import { complaint, form } from "../yaml/complaint.js";
import { mapping, named } from "../yaml/schema.js";
import { dockerName, networkOptions, plugin } from "./grammar.js";
import { REFUSED } from "./refused.js";
import { volumeOptions } from "./host-paths.js";
import { secretName, secretSources } from "./secret-sources.js";
import { SecretText } from "../text.js";

const NO_NAME = "is not a name";
const RULE = "use up to 64 small letters, digits, dots, dashes and underscores";
const projectName = form(/^[a-z0-9][a-z0-9._-]{0,63}$/, NO_NAME, { prose: RULE });
/** Docker's own rule for containers asks for two characters at least. */
const serviceKey = form(/^[a-z0-9][a-z0-9._-]{1,63}$/, NO_NAME, { prose: `${RULE}, at least two` });
const key = form(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/, NO_NAME, {
  prose: "use up to 64 letters, digits, dots, dashes and underscores",
});

/** What each section calls its entries. */
export const NAMES = { services: serviceKey, networks: key, volumes: key, configs: key, secrets: key };

const orNothing = <Schema extends z.ZodType>(schema: Schema): z.ZodUnion<[Schema, z.ZodNull]> =>
  z.union([schema, z.null()]);

const NO_IPV6 = complaint("ipv6-network", "enable_ipv6 would need an IPv6 subnet of yours for the network", {
  prose: "remove enable_ipv6",
});
/** Drivers by which containers have addresses of the LAN. */
const OF_THE_LAN = ["macvlan", "ipvlan"] as const;
export type LanDriver = (typeof OF_THE_LAN)[number];
const isOfTheLan = (driver: string): boolean => (OF_THE_LAN as readonly string[]).includes(driver);
const NOT_BEHIND_THE_HOST = complaint(
  "unknown-value",
  "its containers have addresses of the LAN, where the host's firewall does not see them and no audience holds",
  {
    prose:
      "make it on the host, docker network create with --driver, --opt parent=, --subnet and --gateway, and write external: true, name: and x-driver: in place of the rest",
  },
);
const NOT_EXTERNAL = complaint("conflicting-keys", "x-driver: says how a network that is external was made", {
  prose: "write external: true",
});
const driver = z
  .string()
  .refine((it) => !isOfTheLan(it), NOT_BEHIND_THE_HOST)
  .refine((it) => it === "bridge" || isOfTheLan(it), complaint("unknown-value", "must be bridge"))
  .meta({ enum: ["bridge"] });
const network = mapping(
  {
    name: dockerName.optional(),
    driver: driver.optional(),
    driver_opts: pairs.superRefine(networkOptions).optional(),
    /** The engine would need an IPv6 subnet of the owner's. */
    enable_ipv6: flag.refine((it) => !it, NO_IPV6).optional(),
    internal: flag.default(false),
    external: flag.default(false),
    /** How an external network was made, if its containers have addresses of the LAN. */
    "x-driver": z.enum(OF_THE_LAN).optional(),
    ipam: mapping(
      {
        driver: z.literal("default").optional(),
        config: z
          .array(
            mapping(
              {
                subnet: subnetOf("v4"),
                gateway: z.ipv4().optional(),
                ip_range: subnetOf("v4").optional(),
              },
              REFUSED["networks.NAME.ipam.config[]"],
            ),
          )
          .readonly()
          .default([]),
      },
      REFUSED["networks.NAME.ipam"],
    ).optional(),
  },
  REFUSED.networks,
).refine((it) => it["x-driver"] === undefined || it.external, NOT_EXTERNAL);
export type ComposeNetwork = z.infer<typeof network>;

const volume = mapping(
  {
    name: dockerName.optional(),
    driver: plugin.optional(),
    driver_opts: secretOptions.superRefine(volumeOptions).optional(),
    external: flag.default(false),
    "x-stateful": flag.default(false),
  },
  REFUSED.volumes,
);
export type ComposeVolumeDefinition = z.infer<typeof volume>;

const content = z.union([z.string(), z.instanceof(SecretText)]);
/** Where a file lies, from the Compose file that names it. */
const besideFile = form(/^(?!\/)[^\0-\x1f]+$/, "is not a path of the project", { prose: "write file: ./NAME" });
/** What the program can write of the whole homelab; `content:` is what Compose alone would have. */
const DERIVED = ["traefik-routes", "homepage-services"] as const;
export type Derived = (typeof DERIVED)[number];

const config = mapping(
  { file: besideFile.optional(), content: content.optional(), "x-derived": z.enum(DERIVED).optional() },
  REFUSED.configs,
).refine(
  (it) => (it.file === undefined) !== (it.content === undefined),
  complaint(
    "not-exactly-one",
    "needs file: or content:",
    { prose: "write file: ./NAME" },
    { prose: "write content: with the text itself" },
  ),
);

const secret = mapping({ environment: secretName }, REFUSED.secrets);

/** A Compose file: the services of one host that belong together. */
export const composeFile = mapping(
  {
    name: projectName.optional(),
    services: named(NAMES.services, service),
    networks: named(NAMES.networks, orNothing(network)).default({}),
    volumes: named(NAMES.volumes, orNothing(volume)).default({}),
    configs: named(NAMES.configs, config).default({}),
    secrets: named(NAMES.secrets, secret).default({}),
    "x-secrets": secretSources,
  },
  REFUSED.top,
);
export type ComposeFile = z.infer<typeof composeFile>;
