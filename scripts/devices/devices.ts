import { commandLine } from "../../model/command-line.js";
import { standingOf } from "../../model/tailnet/devices.js";
import type { KnownDevice } from "../../model/tailnet/devices.js";
import type { TailnetAccess } from "../../model/tailnet/types.js";
import { remedyText, withRemedies } from "../../model/yaml/remedy.js";
import { suggest } from "../../model/yaml/suggest.js";
import { ApiError, connect } from "../../tailnet/api.js";
import type { TailnetApi } from "../../tailnet/api.js";
import { explain } from "../../tailnet/explain.js";
import { columnsOf } from "../lib/columns.js";
import { UserError } from "../lib/command.js";

/** Some device has the tag of a host, and is none that is declared. */
const STRAY = 3;

/**
 * The devices of the tailnet, those of hosts first.
 *
 * @param hosts names of the hosts that are declared
 * @throws ApiError
 */
export async function devicesOf(api: TailnetApi, hosts: readonly string[]): Promise<KnownDevice[]> {
  const known = standingOf(await api.listDevices(), hosts);
  const place = ({ standing: it }: KnownDevice): string => (it.kind === "other" ? "1" : `0 ${it.host} ${it.kind}`);
  return known.sort((a, b) => (`${place(a)} ${a.name}` < `${place(b)} ${b.name}` ? -1 : 1));
}

/** A line for each device, and what to do about those that are no host. */
export function describeDevices(devices: readonly KnownDevice[], stack: string): string {
  if (devices.length === 0) {
    return "No device has joined the tailnet.";
  }
  const rows = devices.map((it) => [it.name, whatIs(it), it.addresses[0] ?? "", seen(it)]);
  const strays = devices.filter(isStray);
  return [
    columnsOf(["DEVICE", "WHAT IT IS", "ADDRESS", "LAST SEEN"], rows),
    ...strays.map(
      ({ name }) => `${name} may do what its tag may do -> ${commandLine("devices", stack, "--remove", name)}`,
    ),
  ].join("\n");
}

/** What a program is told. */
export const exitCodeOf = (devices: readonly KnownDevice[]): number => (devices.some(isStray) ? STRAY : 0);

const isStray = ({ standing: { kind } }: KnownDevice): boolean => kind === "former" || kind === "undeclared";

function whatIs({ standing, user, tags }: KnownDevice): string {
  switch (standing.kind) {
    case "host":
      return standing.host;
    case "former":
      return `${standing.host} before it joined again`;
    case "undeclared":
      return `has the tag of ${standing.host}, not declared`;
    case "other":
      return tags.length === 0 ? `of ${user}` : tags.join(", ");
  }
}

const seen = ({ lastSeen }: KnownDevice): string =>
  lastSeen === undefined ? "connected" : `${lastSeen.slice(0, "2026-11-20T08:30".length).replace("T", " ")} UTC`;

/**
 * The device that the user means, which has to have a host's tag.
 *
 * @throws UserError if there is none of that name, or it is the owner's own
 */
export function removable(devices: readonly KnownDevice[], name: string): KnownDevice {
  const named = devices.find((it) => it.name === name || it.name.startsWith(`${name}.`));
  if (named === undefined) {
    const names = devices.filter(({ standing }) => standing.kind !== "other").map((it) => it.name);
    throw new UserError(`The tailnet has no device "${name}": ${remedyText(suggest(name, names))}`);
  }
  if (named.standing.kind === "other") {
    throw new UserError(
      `${named.name} has no tag of the homelab: if it is to leave, remove it in the tailnet's admin console.`,
    );
  }
  return named;
}

/** What it means to remove a device. */
export function consequence({ name, standing }: KnownDevice, stack: string): string {
  return standing.kind === "host"
    ? `${name} is ${standing.host}: it is off the tailnet until ${commandLine("deploy", stack, "--rejoin", standing.host)}`
    : `${name} is no host that is declared: it is off the tailnet for good.`;
}

/**
 * Logs in to the control server.
 *
 * @throws UserError if that is not possible, or a call is refused
 */
export async function withApi<T>(
  access: TailnetAccess,
  secret: string,
  use: (api: TailnetApi) => Promise<T>,
): Promise<T> {
  try {
    return await use(await connect(access, secret));
  } catch (error) {
    if (error instanceof ApiError) {
      const { matter, remedies } = explain({ kind: "trouble", trouble: error.trouble, reason: error.message });
      throw new UserError(withRemedies(matter, remedies));
    }
    throw error;
  }
}
