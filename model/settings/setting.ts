import type { Text } from "../text.js";

/** The host settings, in the order in which they are applied. */
export const SETTINGS = ["ssh", "system", "docker", "firewall", "nfs", "smb", "smb-users", "mounts"] as const;
export type SettingName = (typeof SETTINGS)[number];

/** A piece of host state, as the helper on the host takes it. */
export interface SettingModel {
  readonly name: SettingName;
  /** JSON for the helper's standard input. */
  readonly input: Text;
}

/** The settings that the helper reverts by itself unless they are confirmed over a new connection. */
export const isGuarded = (name: SettingName): boolean => name === "ssh" || name === "firewall";

/** What a setting wants: files by their path, and whatever else the helper's part for it takes. */
export interface SettingInput {
  /** Texts that end with a line break. */
  readonly files?: Readonly<Record<string, string>>;
  readonly [extra: string]: unknown;
}

/** A setting with its input written out: files as lists of lines, so that a preview shows which of them differ. */
export function setting(name: SettingName, { files, ...extras }: SettingInput): SettingModel {
  const lines = Object.entries(files ?? {}).map(([path, text]) => [path, text.replace(/\n$/, "").split("\n")]);
  const input = { ...extras, ...(lines.length > 0 && { files: Object.fromEntries(lines) as unknown }) };
  return { name, input: JSON.stringify(input, undefined, 2) };
}
