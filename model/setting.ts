import type { Text } from "./text.js";

/** Plain data, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A piece of a host's state that the helper on it brings about. */
export interface SettingModel {
  /** As the helper calls it. */
  readonly name: string;
  /** What the helper is given: as data, or as the text of a JSON document where secrets stand in it. */
  readonly input: Json | Text;
}

/** Files by absolute path, with their whole text. */
export type Files = Readonly<Record<string, string>>;
