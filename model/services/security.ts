import type { ComposeService } from "../compose/service.js";

type Definition = Pick<ComposeService, "ipc" | "pid" | "privileged" | "security_opt">;

const UNLABELLED = "label=disable";

/** Security options with the one that Docker itself adds to a container with the host's processes or shared memory, or with all rights. */
export function securityOptions({ security_opt, ipc, pid, privileged }: Definition): readonly string[] {
  const added = (ipc === "host" || pid === "host" || privileged) && !security_opt.includes(UNLABELLED);
  return added ? [...security_opt, UNLABELLED] : security_opt;
}
