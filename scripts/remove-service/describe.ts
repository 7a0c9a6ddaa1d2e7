import { isDockerSocket, isSystemPath } from "../../model/compose/host-paths.js";
import type { Declared, DeclaredService } from "../../model/services/declared.js";
import { removeSecret } from "../../model/compose/names.js";
import { neededSecrets } from "../../model/services/secrets.js";
import { commandLine } from "../../model/command-line.js";
import { placeOf } from "./removal.js";
import type { Removal } from "./removal.js";

/** What the next deployment removes, and what stays, each with the command that removes it. */
export function describeRemoval({ change, before, after }: Removal, stack: string): string {
  const left = new Set(after.services.map(placeOf));
  const gone = before.services.filter((it) => !left.has(placeOf(it)));
  const hosts = [...new Set(gone.map(({ host }) => host))];
  const volumes = volumesOf(before).filter(({ place }) => !volumesOf(after).some((it) => it.place === place));
  const lost = volumes.filter(({ stateful }) => !stateful);
  const kept = [
    ...volumes
      .filter(({ stateful }) => stateful)
      .map(({ host, name, place }) => `  volume ${place}: ${sshTo(before, host)} docker volume rm ${name}`),
    ...foldersOf(gone).map((folder) => `  folder ${folder}`),
    ...unusedSecrets(before, after).map((name) => `  secret ${name}: ${removeSecret(stack, name)}`),
    ...filesLeft(gone, after).map((file) => `  ${file}, in this project`),
  ];
  return [
    change,
    `The next deployment removes ${gone.map(placeOf).join(", ")}.`,
    ...(lost.length === 0 ? [] : [`With its data goes: volume ${lost.map(({ place }) => place).join(", ")}`]),
    ...(kept.length === 0 ? [] : ["Kept; where a command removes it, run that after the deployment:", ...kept]),
    `-> ${commandLine("deploy", stack, ...hosts)}`,
  ].join("\n");
}

const volumesOf = ({ projects }: Declared) =>
  projects.flatMap(({ host, project }) =>
    project.volumes.map(({ name, stateful }) => ({ host, name, stateful, place: `${host}/${name}` })),
  );

/** Folders of hosts that the services wrote to. */
const foldersOf = (gone: readonly DeclaredService[]): string[] => [
  ...new Set(
    gone.flatMap(({ host, service }) =>
      service.volumes.flatMap((it) =>
        it.type === "bind" && !it.readOnly && !isDockerSocket(it.source) && !isSystemPath(it.source)
          ? [`${host}:${it.source}`]
          : [],
      ),
    ),
  ),
];

function unusedSecrets(before: Declared, after: Declared): string[] {
  const needed = neededSecrets(after).map(({ name }) => name);
  return neededSecrets(before).flatMap(({ name, present }) => (present && !needed.includes(name) ? [name] : []));
}

/** Compose files of the owner's that no host has any more. */
function filesLeft(gone: readonly DeclaredService[], { projects, config }: Declared): string[] {
  const used = new Set([
    ...projects.map(({ project }) => project.source.file),
    ...Object.values(config.hosts).flatMap(({ services }) => services),
  ]);
  return [...new Set(gone.map(({ file }) => file))].filter((file) => !used.has(file));
}

function sshTo({ config }: Declared, host: string): string {
  const { port = 22, user = "", address = "" } = config.hosts[host] ?? {};
  return `ssh ${port === 22 ? "" : `-p ${port} `}${user}@${address}`;
}
