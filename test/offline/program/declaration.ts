/** A resource that the program is to declare. */
export interface Declaration {
  name: string;
  type: "local" | "remote" | "copy";
  /** Its inputs; a key with a leading "!" is a secret. */
  args: Record<string, unknown>;
}
