import type { Lab } from "../../lab/lab.js";
import { buildHomelab } from "../../model/build.js";
import type { SettingModel } from "../../model/settings/setting.js";

/** A NAS, and a host with a service that reads one share and another that writes another. Nobody mounts backups. */
const MEDIA = `services:
  library:
    image: library:1
    volumes: [{ type: bind, source: /mnt/media/movies, target: /movies, read_only: true }]
  recorder:
    image: recorder:1
    volumes: [{ type: bind, source: /mnt/media/tv, target: /tv }]
`;
const NAS = "services: {}\n";

/** The settings that have to do with the NAS, by host and in their order. */
export async function nasSettings(lab: Lab): Promise<ReadonlyMap<string, readonly SettingModel[]>> {
  const host = async (name: string): Promise<string> => {
    const { address, role } = lab.host(name);
    return `    ${name}: { address: ${address}, role: ${role}, hostKey: ${await lab.hostKey(name)} }\n`;
  };
  const files: Readonly<Record<string, string>> = {
    "Pulumi.kernel.yaml": `config:
  homelab:domain: homelab.test
  homelab:lan: { subnet: ${lab.subnet} }
  homelab:hosts:
${await host("pi5")}${await host("jellyfin")}`,
    "stacks/nas/compose.yaml": NAS,
    "stacks/media/compose.yaml": MEDIA,
  };
  const { hosts } = buildHomelab("kernel", (file) => {
    const text = files[file];
    return text === undefined ? { problem: "is missing" } : { text };
  });
  return new Map(
    hosts.map(({ name, settings }) => [name, settings.filter((it) => it.name === "nfs" || it.name === "mounts")]),
  );
}
