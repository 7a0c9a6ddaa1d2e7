import type { ServiceModel } from "../types.js";
import type { Project } from "./project.js";

/** A Traefik, which leads names to services. */
export interface Proxy {
  readonly host: string;
  readonly address: string;
  readonly project: Project;
  readonly service: ServiceModel;
}

/** By the image's name, no matter who built it: traefik, but not traefik-forward-auth. */
export const isTraefik = ({ definition }: ServiceModel): boolean =>
  /(^|[/-])traefik$/.test(imageName(definition.image));

/** Without tag and digest. */
const imageName = (reference: string): string => reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

/** Does it read the routes that are written for it? */
export const readsRoutes = ({ service }: Proxy): boolean =>
  service.files.some(({ derived }) => derived === "traefik-routes");
