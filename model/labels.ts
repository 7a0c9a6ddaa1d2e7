/** What the names of labels begin with that are this program's own: no file may set one. */
export const OWN_LABELS = "homelab.";
/** Label of every container that is ours: which service it is. Whatever does not carry it belongs to somebody else. */
export const SERVICE_LABEL = "homelab.service";
/** Label of containers and networks that says nothing: another value has it recreated. See docs/decisions/10-drift.md. */
export const GENERATION_LABEL = "homelab.generation";
/** Label with the limit of processes, which the Docker provider cannot set: see host-hooks.ts. */
export const PIDS_LABEL = "homelab.pids-limit";
/** Label with a digest of the mounted files, so that a changed file replaces the container. */
export const FILES_LABEL = "homelab.files";
/** Label of a volume that was copied, or began to be, from the host of that name. */
export const MOVED_LABEL = "homelab.moved-from";
export const WATCHTOWER_LABEL = "com.centurylinklabs.watchtower.enable";
/** Labels by which Traefik learns of a route: doc.traefik.io/traefik/routing/providers/docker. */
export const ROUTER_RULE = /^traefik\.http\.routers\.[^.]+\.rule$/;
