import { NO_REPAIRS } from "../model/drift/drift.js";
import type { Leftover } from "../model/drift/findings.js";
import type { Repairs } from "../model/drift/drift.js";
import type { HostState } from "./observe.js";

/** How a resource is registered, so that it is done again if, and only if, it is to be repaired. */
export interface Mark {
  /** Is it to be done again? */
  readonly needed: boolean;
  /** Text for the place that says nothing but that it is done again. */
  readonly token: string;
  readonly ignoreChanges: string[];
}

/** The token where nothing was ever repaired. It is the same for everybody who deploys, unlike the time of a run. */
const FIRST = "1";

/**
 * What the resources of a host need to know about its repair. The engine compares a declaration with its state and knows
 * nothing of the host, so each resource has a place whose text says nothing. As long as the host is in order, changes of
 * that place are ignored: the state keeps what it has. Where there is something to repair, it holds the time of
 * this run, so that the same drift is repaired a second time too.
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

  /** For a resource of which nothing can be repaired: it is left as it is on a host that cannot be deployed to. */
  get options(): { ignoreChanges?: string[] } {
    return this.frozen ? { ignoreChanges: ["*"] } : {};
  }

  /** For a setting, or a thing of Docker's, of that name, whose `place` says nothing. */
  of(kind: "settings" | "containers" | "networks" | "images" | "volumes" | "files", name: string, place: string): Mark {
    return this.mark(this.repairs[kind].has(name), place);
  }

  /** The same for the removal of what is left over. */
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
