import { commandLine } from "./command-line.js";
import { planBackups } from "./backups/backups.js";
import type { HostBackups } from "./backups/types.js";
import { admit } from "./services/admission.js";
import { parseConfig } from "./config/config.js";
import { checkNotify } from "./config/notify.js";
import { settingPath } from "./config/settings.js";
import type { Config, HostConfig } from "./config/settings.js";
import { HomelabError } from "./yaml/problem.js";
import type { Problem } from "./yaml/problem.js";
import { isOmv, openingsOf } from "./firewall/openings.js";
import { imagesOf } from "./services/images.js";
import { bridgesIn } from "./services/networks.js";
import { withDerivedFiles } from "./outputs/derived.js";
import { checkLanNetworks } from "./services/lan-networks.js";
import { planHost } from "./services/host.js";
import { withRoutes } from "./services/routes.js";
import { checkSwitches } from "./services/switches.js";
import { opener } from "./yaml/open.js";
import { settingsOf } from "./settings/index.js";
import { worldOf } from "./config/world.js";
import type { Project } from "./services/project.js";
import { planShares } from "./shares/shares.js";
import { checkTailnet } from "./tailnet/check.js";
import { tailnetOf } from "./tailnet/derive.js";
import type { HostShares } from "./shares/types.js";
import { certificateOf } from "./services/certificates.js";
import type { CertificateUse } from "./services/certificates.js";
import type { HomelabModel, HostModel, ReadFile, RouteModel, ServiceModel } from "./types.js";

/**
 * Turns what the owner wrote, the stack's configuration and the Compose files, into the desired state.
 *
 * @param stack name of the stack, whose configuration is `Pulumi.<stack>.yaml`
 * @throws HomelabError with every problem that could be found
 */
export function buildHomelab(stack: string, read: ReadFile): HomelabModel {
  const problems: Problem[] = [];
  const stackFile = `Pulumi.${stack}.yaml`;
  const open = opener(read, problems);
  const source = open(stackFile);
  const config = source && parseConfig(source, problems);
  if (source === undefined || config === undefined) {
    throw new HomelabError(problems);
  }
  const planned = Object.entries(config.hosts).map(([name, host]) => ({
    name,
    host,
    projects: planHost({ stack, host: name, config, declaration: source, read, open, problems }),
  }));
  const routed = withRoutes(planned, config, problems);
  const known = planned.flatMap(({ projects }) => projects.flatMap((project) => project.known));
  problems.push(...checkSwitches(config, source, known));
  problems.push(...checkTailnet(stack, config, source));
  problems.push(...checkNotify(stack, config, source));
  const backups = planBackups({ stack, config, source, hosts: planned, problems });
  const shares = planShares({ stack, config, source, hosts: planned, more: backups.uses, problems });

  const routes = routed.flatMap(({ projects }) => servicesOf(projects).flatMap((service) => service.routes));
  const routesTo = (host: string): RouteModel[] => routes.filter(({ proxy }) => proxy.host === host);

  const hosts = routed.flatMap(({ name, host, projects }) => {
    const own = openingsOf({ host, config, services: [], offer: shares(name).offer });
    const taken = own.flatMap(({ port, protocol, what }) => (port === undefined ? [] : [{ port, protocol, what }]));
    problems.push(...admit({ name, host, projects, lan: worldOf(config).lan, taken }));
    if (host.hostKey === undefined) {
      const command = commandLine("bootstrap", stack, name);
      const message = "is not prepared yet: its host key is not pinned";
      problems.push(source.problem(settingPath("hosts", name), "no-host-key", message, { command }));
      return [];
    }
    const certificate = certificateOf(host, config, servicesOf(projects), routesTo(name));
    const { hostKey } = host;
    const rest = { shares: shares(name), certificate, backups: backups.of(name) };
    return [hostModel({ name, host, hostKey, projects, config, ...rest })];
  });
  problems.push(...checkLanNetworks(planned, config));
  if (problems.length > 0) {
    throw new HomelabError(problems);
  }
  const tailnet = tailnetOf(hosts, config);
  return withDerivedFiles({ hosts, ...(tailnet !== undefined && { tailnet }) }, config);
}

interface PlannedHost {
  readonly name: string;
  readonly host: HostConfig;
  readonly hostKey: string;
  readonly projects: readonly Project[];
  readonly config: Config;
  readonly shares: HostShares;
  readonly certificate: CertificateUse | undefined;
  readonly backups: HostBackups | undefined;
}

function hostModel({ name, host, hostKey, projects, config, shares, certificate, backups }: PlannedHost): HostModel {
  const services = servicesOf(projects);
  const networks = byName(projects.flatMap((project) => project.networks));
  const openings = openingsOf({ host, config, services, offer: shares.offer });
  return {
    name,
    role: host.role,
    address: host.address,
    port: host.port,
    user: host.user,
    memory: host.memory,
    hostKey,
    openings,
    settings: settingsOf({
      name,
      host,
      config,
      omv: isOmv(host, config),
      openings,
      surroundings: { ...worldOf(config), bridges: bridgesIn(networks) },
      shares,
      certificate,
      backups,
    }),
    images: imagesOf(services),
    networks,
    volumes: byName(projects.flatMap((project) => project.volumes)),
    services,
    ...(backups !== undefined && { backups }),
  };
}

const servicesOf = (projects: readonly Project[]): ServiceModel[] => projects.flatMap(({ services }) => services);

/** Each once: Compose files that give one the same name mean the same. */
const byName = <Named extends { readonly name: string }>(list: readonly Named[]): Named[] => [
  ...new Map(list.map((it) => [it.name, it])).values(),
];
