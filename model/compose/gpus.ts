import { z } from "zod";
import { complaint } from "../yaml/complaint.js";
import { mapping } from "../yaml/schema.js";
import { whole } from "./scalars.js";

/** NVIDIA's GPUs, as the Docker provider takes them: `all`, or `device=` with their numbers or UUIDs. */
export type Gpus = "all" | `device=${string}`;

const OTHER_DRIVER = complaint(
  "unknown-value",
  "is not NVIDIA's driver, the only one that Docker hands GPUs out with",
  {
    prose: "name the device files: devices: [/dev/dri]",
  },
);
const OTHER_CAPABILITIES = complaint("unknown-value", "the Docker provider asks for the capability gpu alone", {
  prose: "write [gpu], and the others of them in the variable NVIDIA_DRIVER_CAPABILITIES, as in compute,utility",
});
const NO_DEVICE = complaint("malformed", "is not the number or the UUID of a GPU", {
  prose: 'write "0", or the UUID that nvidia-smi -L shows',
});
const device = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .refine((id) => /^(\d{1,3}|(GPU|MIG)-[\w/-]{1,100})$/.test(id), NO_DEVICE);

const OPTIONS = "the Docker provider cannot set them; remove them";

const request = (capabilities: "required" | "optional"): z.ZodType<Gpus> =>
  mapping(
    {
      driver: z
        .string()
        .refine((it) => it === "nvidia" || it === "", OTHER_DRIVER)
        .optional(),
      count: z.union([z.literal("all"), z.literal(-1), whole]).optional(),
      device_ids: z.array(device).min(1).readonly().optional(),
      capabilities: (capabilities === "required" ? list : list.default(["gpu"])) as typeof list,
    },
    { options: OPTIONS },
  )
    .refine(
      ({ count, device_ids }) => count === undefined || device_ids === undefined,
      complaint("conflicting-keys", "count: and device_ids: exclude each other", { prose: "remove one of the two" }),
    )
    .refine(({ count }) => count !== 0, complaint("out-of-range", "no GPU is asked for", { prose: "remove it" }))
    .transform(({ count = "all", device_ids }): Gpus => {
      // Docker's own meaning of a number: the first GPUs.
      const first =
        typeof count === "number" && count > 0 ? Array.from({ length: count }, (_, i) => String(i)) : undefined;
      const ids = device_ids ?? first;
      return ids === undefined ? "all" : `device=${ids.join(",")}`;
    });

const list = z
  .array(z.string())
  .readonly()
  .refine((it) => it.length === 1 && it[0] === "gpu", OTHER_CAPABILITIES);

const ONE = complaint("not-exactly-one", "is not one request for GPUs", {
  prose: "write one entry, with all of them in device_ids:",
});
const one = (capabilities: "required" | "optional"): z.ZodType<Gpus> =>
  z
    .array(request(capabilities))
    .refine((all) => all.length === 1, ONE)
    .transform(([it]) => it ?? "all");

/** Of a service. */
export const gpus: z.ZodType<Gpus> = z.union([z.literal("all"), one("optional")]);

/** Of `deploy.resources.reservations.devices`. */
export const deviceReservations = one("required");
