import { dirname, join } from "node:path/posix";
import type { Audience } from "../audience.js";
import type { ComposeFile } from "../compose/file.js";
import type { ComposeDelivery, ComposeService } from "../compose/service.js";
import type { ComposeVolume } from "../compose/volumes.js";
import type { Config } from "../config/settings.js";
import type { ProblemCode } from "../yaml/codes.js";
import type { Problem } from "../yaml/problem.js";
import type { Remedy } from "../yaml/remedy.js";
import { suggest } from "../yaml/suggest.js";
import type { FileModel, NetworkModel, PortModel, ReadFile, ServiceModel, VolumeModel } from "../types.js";
import { howToSet } from "../compose/secret-sources.js";
import { shareIn } from "../share-paths.js";
import type { Path, Source } from "../yaml/source.js";
import { SecretText } from "../text.js";
import type { Text } from "../text.js";

/** What planning a Compose file for a host needs. */
export interface ProjectArgs {
  readonly stack: string;
  readonly source: Source;
  /** Name of the host. */
  readonly host: string;
  readonly config: Config;
  readonly read: ReadFile;
  /** Compose's project name where the file gives none. */
  readonly defaultName: string;
  readonly problems: Problem[];
  /**
   * Plan as if every secret were set of which the file says where it comes from.
   * @default false
   */
  readonly assumeSecrets?: boolean;
}

const DEFAULT_FILE_MODE = 0o444;
const DEFAULT_NETWORK = "default";
const DEFAULT_PORTS = { http: 80, https: 443 };

/** What a service refers to by a name of the same file. */
type Kind = "network" | "volume" | "config" | "secret" | "service";

/** Turns the services of a Compose file into those of the model, and finds what does not fit together. */
export class ProjectPlanner {
  readonly name: string;

  constructor(
    private readonly args: ProjectArgs,
    private readonly file: ComposeFile,
  ) {
    this.name = file.name ?? args.defaultName;
  }

  service(key: string, definition: ComposeService, isOn: (key: string) => boolean): ServiceModel {
    const at: Path = ["services", key];
    const ports = this.ports(at, definition);
    return {
      key,
      name: definition.container_name ?? key,
      definition,
      networks: this.attachments(at, key, definition),
      volumes: definition.volumes.map((volume, i) => this.volume([...at, "volumes", i], volume)),
      files: [
        ...definition.configs.map((it, i) => this.configFile([...at, "configs", i], it)),
        ...definition.secrets.map((it, i) => this.secretFile([...at, "secrets", i], it)),
      ],
      ports,
      listens: this.listens(at, definition),
      dependsOn: this.dependencies(at, definition, isOn),
      urls: ports.flatMap((port) => this.url(port) ?? []),
    };
  }

  networksOf(services: readonly ServiceModel[]): NetworkModel[] {
    const used = new Set(services.flatMap((service) => service.networks.map(({ name }) => name)));
    const networks: ComposeFile["networks"] = { [DEFAULT_NETWORK]: null, ...this.file.networks };
    return Object.entries(networks)
      .filter(([key, it]) => it?.external !== true && used.has(this.networkName(key)))
      .map(([key, it]) => ({
        name: this.networkName(key),
        internal: it?.internal ?? false,
        driver_opts: it?.driver_opts,
        ipam: it?.ipam,
      }));
  }

  volumesOf(services: readonly ServiceModel[]): VolumeModel[] {
    const used = new Set(
      services.flatMap((service) => service.volumes.map((it) => (it.type === "volume" ? it.source : undefined))),
    );
    return Object.entries(this.file.volumes)
      .filter(([key, it]) => it?.external !== true && used.has(this.volumeName(key)))
      .map(([key, it]) => ({
        name: this.volumeName(key),
        driver: it?.driver,
        driver_opts: it?.driver_opts,
        stateful: it?.["x-stateful"] ?? false,
      }));
  }

  private complain(at: Path, code: ProblemCode, message: string, ...remedies: readonly Remedy[]): void {
    this.args.problems.push(this.args.source.problem(at, code, message, ...remedies));
  }

  private ports(at: Path, definition: ComposeService): PortModel[] {
    return definition.ports.map((port, i) => {
      const audience = port.audience ?? definition["x-homelab"].audience;
      if (audience === undefined) {
        const long = `{target: ${port.target}, published: "${port.published ?? port.target}", protocol: ${port.protocol}, x-audience: [lan]}`;
        const message = `port ${port.target} is published, but not for whom`;
        this.complain([...at, "ports", i], "no-audience", message, { prose: `write ${long}` });
      }
      this.checkAudience([...at, "ports", i], audience ?? []);
      if (definition.network_mode === "host") {
        const hint = `write x-homelab: {listens: [{port: ${port.published ?? port.target}, protocol: ${port.protocol}, audience: [lan]}]}`;
        const message = "with network_mode: host Docker publishes nothing";
        this.complain([...at, "ports", i], "useless-ports", message, { prose: hint });
      } else if (port.published === undefined && audience?.some((who) => who !== "localhost") === true) {
        const message = `port ${port.target} is published where Docker likes, which no firewall rule can name`;
        this.complain([...at, "ports", i], "random-port", message, { prose: `write published: "${port.target}"` });
      }
      return { ...port, audience: audience ?? [] };
    });
  }

  private listens(at: Path, { network_mode, "x-homelab": { listens } }: ComposeService): ServiceModel["listens"] {
    listens.forEach(({ audience }, i) => {
      const place = [...at, "x-homelab", "listens", i];
      this.checkAudience(place, audience);
      if (network_mode !== "host") {
        const message = "only a service with network_mode: host listens on the host itself";
        this.complain(place, "useless-listens", message, { prose: "use ports:" });
      }
    });
    return listens;
  }

  private checkAudience(place: Path, audience: readonly Audience[]): void {
    for (const who of audience) {
      const host = who.startsWith("host:") ? who.slice("host:".length) : undefined;
      if (host !== undefined && !Object.hasOwn(this.args.config.hosts, host)) {
        const remedy = suggest(host, Object.keys(this.args.config.hosts), { as: (name) => `"host:${name}"` });
        this.complain(place, "unknown-host", `there is no host "${host}"`, remedy);
      }
    }
  }

  /** Where a browser finds a port: on the host itself if nobody else may reach it. */
  private url({ scheme, published, audience }: PortModel): string | undefined {
    if (scheme === undefined || published === undefined) {
      return undefined;
    }
    const onlyLocal = audience.every((who) => who === "localhost");
    const address = onlyLocal ? "localhost" : (this.args.config.hosts[this.args.host]?.address ?? "");
    return published === DEFAULT_PORTS[scheme] ? `${scheme}://${address}` : `${scheme}://${address}:${published}`;
  }

  private attachments(at: Path, key: string, definition: ComposeService): ServiceModel["networks"] {
    if (definition.network_mode !== undefined) {
      if (definition.networks !== undefined) {
        const message = "networks: and network_mode: exclude each other";
        this.complain([...at, "networks"], "conflicting-keys", message, { prose: "remove one of the two" });
      }
      return [];
    }
    return Object.entries(definition.networks ?? { [DEFAULT_NETWORK]: null }).map(([network, it]) => {
      if (network !== DEFAULT_NETWORK && !Object.hasOwn(this.file.networks, network)) {
        this.unknown([...at, "networks"], "network", network, Object.keys(this.file.networks));
      }
      return {
        name: this.networkName(network),
        aliases: [...new Set([key, ...(it?.aliases ?? [])])],
        ...(it?.ipv4_address === undefined ? {} : { ipv4Address: it.ipv4_address }),
      };
    });
  }

  private networkName(key: string): string {
    const it = this.file.networks[key];
    return it?.name ?? (it?.external === true ? key : `${this.name}_${key}`);
  }

  private volume(at: Path, volume: ComposeVolume): ComposeVolume {
    if (volume.type === "bind" && shareIn(volume.source) !== undefined) {
      // A share that is not there is an error, and never an empty folder, whatever the file says.
      return { ...volume, createHostPath: false };
    }
    if (volume.type !== "volume" || volume.source === undefined) {
      return volume;
    }
    if (!Object.hasOwn(this.file.volumes, volume.source)) {
      this.unknown(at, "volume", volume.source, Object.keys(this.file.volumes));
    }
    return { ...volume, source: this.volumeName(volume.source) };
  }

  private volumeName(key: string): string {
    const it = this.file.volumes[key];
    return it?.name ?? (it?.external === true ? key : `${this.name}_${key}`);
  }

  private unknown(at: Path, kind: Kind, name: string, known: readonly string[]): void {
    const remedy = suggest(name, known, { otherwise: `add it to the top-level ${kind}s:` });
    this.complain(at, `unknown-${kind}`, `there is no ${kind} "${name}"`, remedy);
  }

  private configFile(at: Path, delivery: ComposeDelivery): FileModel {
    const config = this.file.configs[delivery.source];
    if (config === undefined) {
      this.unknown(at, "config", delivery.source, Object.keys(this.file.configs));
    }
    if (config?.file === undefined) {
      return deliver(delivery, config?.content ?? "");
    }
    const file = join(dirname(this.args.source.file), config.file);
    const content = this.args.read(file);
    if ("problem" in content) {
      this.complain(["configs", delivery.source, "file"], "unreadable-file", `${file} ${content.problem}`);
      return deliver(delivery, "");
    }
    return deliver(delivery, content.text);
  }

  private secretFile(at: Path, delivery: ComposeDelivery): FileModel {
    const name = this.file.secrets[delivery.source]?.environment;
    if (name === undefined) {
      this.unknown(at, "secret", delivery.source, Object.keys(this.file.secrets));
    } else if (!Object.hasOwn(this.args.config.secrets, name)) {
      const remedy = howToSet(this.args.stack, name, this.file["x-secrets"][name]);
      const place = ["secrets", delivery.source, "environment"];
      this.complain(place, "missing-secret", `the secret ${name} is not set`, remedy);
    }
    return deliver(delivery, new SecretText([{ secret: name ?? "" }]));
  }

  private dependencies(at: Path, definition: ComposeService, isOn: (key: string) => boolean): string[] {
    return Object.entries(definition.depends_on).flatMap(([key, { condition, required }]) => {
      const service = this.file.services[key];
      const place = [...at, "depends_on", key];
      if (service === undefined) {
        this.unknown(place, "service", key, Object.keys(this.file.services));
        return [];
      }
      if (!isOn(key)) {
        if (required) {
          this.complain(
            place,
            "dependency-off",
            `${key} is off`,
            { prose: "switch it on under homelab:services" },
            { prose: "write required: false" },
          );
        }
        return [];
      }
      if (condition === "service_healthy" && !hasHealthcheck(service)) {
        this.complain(
          place,
          "dependency-without-healthcheck",
          `${key} declares no healthcheck that could become healthy`,
          { prose: "write condition: service_started" },
        );
      }
      return [service.container_name ?? key];
    });
  }
}

/** Does the Compose file say when the service is healthy? A check that only the image has is not waited for. */
export function hasHealthcheck({ healthcheck }: ComposeService): boolean {
  return healthcheck?.test !== undefined && healthcheck.test[0] !== "NONE" && !healthcheck.disable;
}

function deliver({ target, mode = DEFAULT_FILE_MODE }: ComposeDelivery, content: Text): FileModel {
  return { path: target, content, mode };
}
