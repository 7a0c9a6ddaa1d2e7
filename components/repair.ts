import { NO_REPAIRS } from "../model/drift/drift.js";
import type { Leftover } from "../model/drift/findings.js";
import type { Repairs } from "../model/drift/drift.js";
import type { HostState } from "./observe.js";

/** Options that make the engine repeat a resource if, and only if, it needs repair. */
export interface Mark {
  /** Does it need repair? */
  readonly needed: boolean;
  /** Value of the property that serves only to repeat it. */
  readonly token: string;
  readonly ignoreChanges: string[];
}

/** The token while nothing was ever repaired: the same on every machine that deploys, unlike the time of a run. */
const FIRST = "1";

/**
 * The repair of a host's resources. The engine compares a declaration with its state and does not see the host, so each
 * resource has one property without a meaning of its own. While the host is in order, changes of that property are
 * ignored and the state keeps its value. For a repair it holds the time of this run, so that the same drift is repaired
 * a second time as well.
 */
export class Repair {
  readonly leftovers: readonly Leftover[];
  private readonly frozen: boolean;
  private readonly repairs: Repairs;
  private readonly time = new Date().toISOString();

  constructor({ notDone, repairs }: HostState = { notDone: undefined, repairs: NO_REPAIRS }) {
    this.frozen = notDone !== undefined;
    this.repairs = repairs;
    this.leftovers = repairs.leftovers;
  }

  /** For a resource that has nothing to repair: on a host that cannot be deployed to, it is left as it is. */
  get options(): { ignoreChanges?: string[] } {
    return this.frozen ? { ignoreChanges: ["*"] } : {};
  }

  /** For a setting or Docker object of that name, whose property `place` serves only to repeat it. */
  of(kind: "settings" | "containers" | "networks" | "images" | "volumes" | "files", name: string, place: string): Mark {
    return this.mark(this.repairs[kind].has(name), place);
  }

  /** The same for the removal of leftovers. */
  ofLeftovers(place: string): Mark {
    return this.mark(this.leftovers.length > 0 || this.repairs.forgetful, place);
  }

  private mark(needed: boolean, place: string): Mark {
    if (this.frozen) {
      return { needed: false, token: FIRST, ignoreChanges: ["*"] };
    }
    return needed ? { needed, token: this.time, ignoreChanges: [] } : { needed, token: FIRST, ignoreChanges: [place] };
  }
}
