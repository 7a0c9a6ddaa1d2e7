import type { ComposeFile } from "../compose/file.js";
import type { Lost } from "../compose/read.js";
import type { Config } from "../config/settings.js";
import type { ReadFile } from "../types.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { suggest } from "../yaml/suggest.js";
import type { Path, Source } from "../yaml/source.js";
import { isLost } from "./consequences.js";
import { ownerOf } from "./scope.js";
import type { Owner } from "./scope.js";

/** What planning a Compose file for a host needs. */
export interface ProjectArgs {
  readonly stack: string;
  readonly source: Source;
  /** Name of the host. */
  readonly host: string;
  readonly config: Config;
  readonly read: ReadFile;
  /** Compose's project name where the file gives none. */
  readonly defaultName: string;
  readonly problems: Problem[];
  /**
   * Plan as if every secret were set of which the file says where it comes from.
   * @default false
   */
  readonly assumeSecrets?: boolean;
  /** The problem with each value that is still the sample's, by its name; @default none */
  readonly placeholders?: Readonly<Record<string, Problem>>;
}

/** What the top level of a Compose file declares. */
type Kind = "service" | "network" | "volume" | "config" | "secret";

/** A Compose file that is being planned for a host: what its parts need of each other, and where mistakes go. */
export class Planning {
  /** Compose's project name. */
  readonly name: string;

  /** Whose names the file refers to. */
  readonly owner: Owner;

  constructor(
    readonly args: ProjectArgs,
    readonly file: ComposeFile,
    /** What of the file is not there because it is malformed. */
    readonly lost: readonly Lost[],
  ) {
    this.name = file.name ?? args.defaultName;
    this.owner = ownerOf(args.source.file, this.name);
  }

  complain(at: Path, code: ProblemCode, message: string, ...remedies: readonly Remedy[]): void {
    this.args.problems.push(this.args.source.problem(at, code, message, ...remedies));
  }

  /** @param known names of which one may be meant */
  unknown(at: Path, kind: Kind, name: string, known: readonly string[], as = (it: string): string => `"${it}"`): void {
    if (isLost(this.lost, [`${kind}s`, name])) {
      return;
    }
    const remedy = suggest(name, known, { as, otherwise: `add ${name}: under the top-level ${kind}s:` });
    this.complain(at, `unknown-${kind}`, `there is no ${kind} "${name}"`, remedy);
  }

  /** Docker's name of a network or a volume of the file. */
  dockerName(section: "networks" | "volumes", key: string): string {
    const it = this.file[section][key];
    return it?.name ?? (it?.external === true ? key : `${this.name}_${key}`);
  }
}
