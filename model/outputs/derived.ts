import type { Config } from "../config/settings.js";
import type { Derived } from "../compose/file.js";
import { traefikFile } from "../services/traefik.js";
import type { HomelabModel } from "../types.js";
import { homepageFile } from "./homepage.js";

/** Files of services that are written from the whole homelab, for a service on the host of that name. */
const FILES: Readonly<Record<Derived, (homelab: HomelabModel, host: string, links: Config["links"]) => string>> = {
  "traefik-routes": traefikFile,
  "homepage-services": homepageFile,
};

/** The homelab with those files written. */
export const withDerivedFiles = (homelab: HomelabModel, { links }: Pick<Config, "links">): HomelabModel => ({
  ...homelab,
  hosts: homelab.hosts.map((host) => ({
    ...host,
    services: host.services.map((service) => ({
      ...service,
      files: service.files.map((file) =>
        file.derived === undefined ? file : { ...file, content: FILES[file.derived](homelab, host.name, links) },
      ),
    })),
  })),
});
