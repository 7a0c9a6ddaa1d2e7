import type { ServiceModel } from "../types.js";
import type { Project } from "./project.js";

/** A Traefik, which leads names to services. */
export interface Proxy {
  readonly host: string;
  readonly address: string;
  readonly project: Project;
  readonly service: ServiceModel;
}

/** The last part of an image's name, no matter who built it. */
export const isTraefik = ({ definition }: ServiceModel): boolean => /traefik[^/]*$/.test(imageName(definition.image));

/** Without tag and digest. */
const imageName = (reference: string): string => reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
