import type { HostBackups } from "../backups/types.js";
import type { Config, HostConfig } from "../config/settings.js";
import type { Opening, Surroundings } from "../firewall/opening.js";
import type { CertificateUse } from "../services/certificates.js";
import type { HostShares } from "../shares/types.js";
import { jsonText } from "../text.js";
import type { Json, Text } from "../text.js";

/** A kind of host state, which the helper's part of the same name, helper/settings/NAME.sh, applies. */
export interface Setting {
  readonly name: string;
  /**
   * The helper goes back to the former state unless the new one is confirmed over a new connection.
   * @default false
   */
  readonly guarded?: boolean;
  /**
   * What comes after it, containers too, is not done where it failed.
   * @default true
   */
  readonly awaited?: boolean;
  /** Paths of the files that its input may have, where `*` is any part of a file's name. */
  readonly files: readonly string[];
  /** What the probe looks at, in words for docs/security.md. */
  readonly watched: {
    /** A deployment puts it right. */
    readonly healed: readonly string[];
    /** The owner's own, or what a deployment cannot repair: it is reported and left. @default nothing */
    readonly told?: readonly string[];
  };
  /** What a host's helper is given; undefined where a host does not have this setting. */
  readonly input: (host: SettingContext) => SettingInput | undefined;
}

/** What is known of a host when its settings are derived. */
export interface SettingContext {
  /** Of the host. */
  readonly name: string;
  readonly host: HostConfig;
  readonly config: Config;
  /** OpenMediaVault manages it. */
  readonly omv: boolean;
  readonly openings: readonly Opening[];
  readonly surroundings: Surroundings;
  readonly shares: HostShares;
  /** The certificate that its services show; undefined for none. */
  readonly certificate: CertificateUse | undefined;
  /** What it copies; undefined for nothing. */
  readonly backups: HostBackups | undefined;
}

/** What a setting wants: files by their path, and whatever else the helper's part for it takes. */
export interface SettingInput {
  /** Texts that end with a line break. */
  readonly files?: Readonly<Record<string, string>>;
  readonly [extra: string]: Json | undefined;
}

/** A setting of one host, as its helper takes it. */
export interface SettingModel {
  readonly name: string;
  readonly guarded: boolean;
  /** @default true */
  readonly awaited?: boolean;
  /** JSON for the helper's standard input. */
  readonly input: Text;
}

/** An input written out: files as lists of lines, so that a preview shows which of them differ. */
export function inputText({ files, ...extras }: SettingInput): Text {
  const lines = Object.entries(files ?? {}).map(([path, text]) => [path, text.replace(/\n$/, "").split("\n")] as const);
  return jsonText({ ...extras, ...(lines.length > 0 && { files: Object.fromEntries(lines) }) });
}
