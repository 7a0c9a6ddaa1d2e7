import { buildHomelab } from "../../../model/build.js";
import type { HostModel } from "../../../model/types.js";
import { HomelabError } from "../../../model/yaml/problem.js";
import type { Problem } from "../../../model/yaml/problem.js";
import { PROJECT } from "./oracle.js";
import type { Case } from "./oracle.js";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const FILE = `my/${PROJECT}/compose.yaml`;

/** A case as a homelab: its stack's file, its Compose file, and what lies beside that. */
export function homelabOf({ compose, environment = {}, files = {} }: Case): Readonly<Record<string, string>> {
  const config = {
    "homelab:domain": "example.org",
    "homelab:lan": { subnet: "192.168.1.0/24" },
    "homelab:hosts": { pi5: { address: "192.168.1.100", hostKey: HOST_KEY, services: [FILE] } },
    "homelab:projects": { [PROJECT]: { values: environment } },
  };
  const beside = Object.entries(files).map(([path, text]) => [`my/${PROJECT}/${path}`, text] as const);
  return { "Pulumi.test.yaml": JSON.stringify({ config }), [FILE]: compose, ...Object.fromEntries<string>(beside) };
}

/** What our model takes from a file, or what it says instead. */
export const readOurs = (it: Case): HostModel | readonly Problem[] => readHomelab(homelabOf(it));

/** The same of the files of a homelab. */
export function readHomelab(files: Readonly<Record<string, string>>): HostModel | readonly Problem[] {
  try {
    const [host] = buildHomelab("test", (file) => {
      const text = files[file];
      return text === undefined ? { problem: "is missing" } : { text };
    }).hosts;
    return host ?? [];
  } catch (error) {
    if (error instanceof HomelabError) {
      return error.problems;
    }
    throw error;
  }
}
