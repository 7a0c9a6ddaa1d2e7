import { HomelabError } from "../../model/yaml/problem.js";
import { withRemedies } from "../../model/yaml/remedy.js";
import { buildHomelab } from "../../model/build.js";
import type { HomelabModel, HostModel, ServiceModel } from "../../model/types.js";

/** A host key that is well-formed and nobody's. */
export const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** A stack's configuration with one NAS, to which lines are added. */
export const CONFIG = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:hosts:
    pi5: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
`;

/** The model of a homelab whose files are given as text: Pulumi.test.yaml, and one Compose file for the NAS. */
export function model(compose: string, config = CONFIG, files: Readonly<Record<string, string>> = {}): HomelabModel {
  const all: Readonly<Record<string, string>> = {
    "Pulumi.test.yaml": config,
    "stacks/nas/compose.yaml": compose,
    ...files,
  };
  return buildHomelab("test", (file) => {
    const text = all[file];
    return text === undefined ? { problem: "is missing" } : { text };
  });
}

/** The one host of a model. */
export function onlyHost(homelab: HomelabModel): HostModel {
  const [host] = homelab.hosts;
  if (host === undefined || homelab.hosts.length > 1) {
    throw new Error(`expected one host, not ${homelab.hosts.length}`);
  }
  return host;
}

/** The service of that name on the only host of what a Compose file declares. */
export function serviceOf(compose: string, name = "web"): ServiceModel {
  const service = onlyHost(model(compose)).services.find((it) => it.name === name);
  if (service === undefined) {
    throw new Error(`no service ${name}`);
  }
  return service;
}

/** What the owner is told, one problem an entry: `file:line path: message -> hint`. */
export function problemsOf(build: () => unknown): string[] {
  try {
    build();
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems.map(
        ({ file, line, path, message, remedies }) => `${file}:${line} ${path}: ${withRemedies(message, remedies)}`,
      );
    }
    throw error;
  }
  return [];
}
