import { z } from "zod";
import type { ProbeReport } from "../../../model/drift/report.js";
import { SERVICE_LABEL } from "../../../model/labels.js";
import { printName } from "../../../model/resource-names.js";
import type { HostModel } from "../../../model/types.js";
import { runOn } from "../../../hosts/ssh.js";
import { mustRun } from "../../lib/on-host.js";
import type { OnHost } from "../../lib/on-host.js";

// What of ours a host's Docker Engine has, by its own API: https://docs.docker.com/reference/api/engine/

const SSH_SECONDS = 60;

const texts = z
  .array(z.string())
  .nullish()
  .transform((it) => it ?? []);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((it) => it ?? {});

const image = z.object({ id: z.string(), env: texts, labels });
const network = z.object({ id: z.string(), name: z.string(), labels });
const volume = z.object({ name: z.string(), labels });
const container = z.object({
  id: z.string(),
  name: z.string().transform((it) => it.replace(/^\//, "")),
  image: z.string(),
  env: texts,
  labels,
  mounts: z.array(
    z.object({
      Type: z.string(),
      Name: z.string().default(""),
      Source: z.string().default(""),
      Destination: z.string(),
      RW: z.boolean(),
    }),
  ),
  networks: z.record(
    z.string(),
    z.object({
      NetworkID: z.string(),
      Aliases: texts,
      IPAMConfig: z.object({ IPv4Address: z.string().optional() }).nullish(),
    }),
  ),
});

/** A container, with what it has of its image. */
export interface SeenContainer extends Omit<z.infer<typeof container>, "name" | "image"> {
  readonly image: Pick<z.infer<typeof image>, "env" | "labels">;
}

/** A container, network or volume that has our label. */
export interface SeenObject {
  /** As the Docker provider identifies it. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What a container is made of; undefined for anything else. */
  readonly container?: SeenContainer;
}

/** Objects of hosts, by the names of the resources that declare them. */
export type SeenObjects = ReadonlyMap<string, SeenObject>;

const CONTAINER = template(
  ["id", ".Id"],
  ["name", ".Name"],
  ["image", ".Image"],
  ["env", ".Config.Env"],
  ["labels", ".Config.Labels"],
  ["mounts", ".Mounts"],
  ["networks", ".NetworkSettings.Networks"],
);
const IMAGE = template(["id", ".Id"], ["env", ".Config.Env"], ["labels", ".Config.Labels"]);
const NETWORK = template(["id", ".Id"], ["name", ".Name"], ["labels", ".Labels"]);
const VOLUME = template(["name", ".Name"], ["labels", ".Labels"]);

/**
 * What of ours a host has.
 *
 * @throws UserError if the host cannot be asked
 */
export async function objectsOn(at: OnHost, { containers, networks, volumes }: ProbeReport): Promise<SeenObjects> {
  const { name: host } = at.host;
  const ids = (containers ?? []).filter((it) => it.service !== "" && it.state !== "removed").map(({ id }) => id);
  const inspected = await inspect(at, "container", CONTAINER, container, ids);
  const images = await imagesOn(at, [...new Set(inspected.map((it) => it.image))]);
  const madeOf = ({ image: id }: { image: string }): SeenContainer["image"] =>
    images.find((it) => it.id === id) ?? { env: [], labels: {} };
  const networkIds = (networks ?? []).filter(({ removed }) => !removed).map(({ id }) => id);
  const declared = declaredVolumes(at.host).filter((name) => volumes?.includes(name));
  const ours = [
    ...inspected.map(({ name, ...it }) => {
      const seen = { ...it, image: madeOf(it) };
      return [printName({ kind: "container", host, name }), { id: it.id, labels: it.labels, container: seen }] as const;
    }),
    ...(await inspect(at, "network", NETWORK, network, networkIds)).map(
      ({ name, ...it }) => [printName({ kind: "network", host, name }), it] as const,
    ),
    ...(await inspect(at, "volume", VOLUME, volume, declared)).map(
      ({ name, ...it }) => [printName({ kind: "volume", host, name }), { id: name, ...it }] as const,
    ),
  ];
  return new Map(ours.filter(([, it]) => it.labels[SERVICE_LABEL] !== undefined));
}

const declaredVolumes = ({ volumes }: HostModel): string[] => volumes.map(({ name }) => name);

async function inspect<Schema extends z.ZodType>(
  at: OnHost,
  kind: "container" | "network" | "volume",
  format: string,
  schema: Schema,
  ids: readonly string[],
): Promise<z.infer<Schema>[]> {
  return ids.length === 0
    ? []
    : lines(await mustRun(at, ["docker", kind, "inspect", "--format", format, ...ids], SSH_SECONDS), schema);
}

/** Those that are still there: a container runs on without its image. */
async function imagesOn({ host }: OnHost, ids: readonly string[]): Promise<z.infer<typeof image>[]> {
  if (ids.length === 0) {
    return [];
  }
  const { stdout } = await runOn(host, ["docker", "image", "inspect", "--format", IMAGE, ...ids], SSH_SECONDS);
  return lines(stdout, image);
}

const lines = <Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => schema.parse(JSON.parse(line)));

/** A template of Docker that prints fields as the properties of a JSON object. */
function template(...fields: readonly (readonly [property: string, field: string])[]): string {
  return `{${fields.map(([property, field]) => `"${property}":{{json ${field}}}`).join(",")}}`;
}
