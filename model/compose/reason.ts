import { z } from "zod";
import { complaintAt } from "../yaml/complaint.js";

const SOMETHING = /\S/;

/** Why the owner wants an exception: words, and not just that there is one. */
export const reason = z
  .custom<string>(
    (it) => typeof it === "string" && SOMETHING.test(it),
    complaintAt("malformed", "must say why", (key) => ({
      prose: `write it in words, as in ${key}: "it can be downloaded again"`,
    })),
  )
  .meta({ type: "string", pattern: SOMETHING.source });
