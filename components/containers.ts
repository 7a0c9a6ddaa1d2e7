import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { logDefaults } from "../model/settings/docker.js";
import type { Text } from "../model/text.js";
import type { HostModel, ImageModel, ServiceModel } from "../model/types.js";
import { dockerProviderArgs } from "./connection.js";
import { containerArgs } from "./container-args.js";
import { plainVariables } from "../model/services/environment.js";
import { filesFolder } from "../model/services/files.js";
import { OWN_TYPES, printName } from "../model/resource-names.js";
import { GENERATION_LABEL, SERVICE_LABEL } from "../model/labels.js";
import { leftoversOf } from "./leftovers.js";
import type { Render } from "./render.js";
import type { Repair } from "./repair.js";
import { ServiceFiles } from "./service-files.js";
import { hostHooks } from "./host-hooks.js";
import type { HostHooks } from "./host-hooks.js";

/** What a host's containers need. */
export interface ContainersArgs {
  /** The host and its services, networks and volumes. */
  host: HostModel;
  /** Inserts the values of secrets into strings. */
  render: Render;
  /** Which of them have to be recreated. */
  repair: Repair;
  /** The host's settings: no container starts before all of them are in force. */
  after: readonly pulumi.Resource[];
}

/** Properties of a container that the provider claims to update in place, but does not. */
const REPLACE_ON = ["#initerror", "healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota", "rm"];

/** Path of the label whose change recreates a container or a network. */
const GENERATION_PLACE = "labels[0].value";

/** The Docker side of one host: its images, networks, volumes and containers, on a provider of its own. */
export class Containers extends pulumi.ComponentResource {
  private readonly host: HostModel;
  private readonly render: Render;
  private readonly repair: Repair;
  private readonly hooks: HostHooks;
  private readonly common: pulumi.CustomResourceOptions;
  private readonly options: pulumi.CustomResourceOptions;

  constructor(name: string, { host, render, repair, after }: ContainersArgs, opts?: pulumi.ComponentResourceOptions) {
    super(`${OWN_TYPES}Containers`, name, {}, opts);
    this.host = host;
    this.hooks = hostHooks(host);
    this.repair = repair;
    this.render = render;
    // A provider is a process of about 65 MB, so a host without services gets none.
    const provider =
      host.services.length > 0
        ? new docker.Provider(printName({ kind: "engine", host: host.name }), dockerProviderArgs(host), {
            parent: this,
          })
        : undefined;
    const leftovers = leftoversOf(host, repair, { parent: this, dependsOn: [...after], hooks: this.hooks.other });
    this.common = { parent: this, dependsOn: [leftovers], ...repair.options };
    this.options = { ...this.common, ...(provider && { provider }) };

    const images = new Map(host.images.map((image) => [image.reference, this.image(image)]));
    const networks = new Map(host.networks.map((network) => [network.name, this.network(network)]));
    const volumes = host.volumes.map((volume) => this.volume(volume));
    const containers = new Map<string, docker.Container>();
    for (const service of host.services) {
      const before = service.dependsOn.flatMap((it) => containers.get(it) ?? []);
      const image = images.get(service.definition.image);
      const dependsOn = [leftovers, ...before, ...volumes, ...(image === undefined ? [] : [image])];
      containers.set(service.name, this.container(service, networks, containers, dependsOn));
    }
    // The engine hides the whole environment if one variable is secret. With the values, since a container may still be that
    // of an earlier deployment, in which a variable of the same name was a secret.
    this.registerOutputs({
      plainVariables: Object.fromEntries(host.services.map((service) => [service.name, plainVariables(service)])),
    });
  }

  private image({ reference, platform }: ImageModel): docker.RemoteImage {
    const { needed, token, ignoreChanges } = this.repair.of("images", reference, "triggers");
    return new docker.RemoteImage(
      printName({ kind: "image", host: this.host.name, name: reference }),
      {
        name: reference,
        ...(needed && { triggers: { generation: token } }),
        ...(platform !== undefined && { platform }),
      },
      // An image to pull again is gone already; deleting the old one afterwards would delete the new one.
      { ...this.options, hooks: this.hooks.other, ...(needed && { deleteBeforeReplace: true }), ignoreChanges },
    );
  }

  private network({ name, internal, driver_opts, ipam }: HostModel["networks"][number]): docker.Network {
    const { token, ignoreChanges } = this.repair.of("networks", name, GENERATION_PLACE);
    const ipamConfigs = (ipam?.config ?? []).map(({ subnet, gateway, ip_range: ipRange }) => ({
      subnet,
      ...(gateway && { gateway }),
      ...(ipRange && { ipRange }),
    }));
    return new docker.Network(
      printName({ kind: "network", host: this.host.name, name }),
      {
        name,
        driver: "bridge",
        labels: [
          { label: GENERATION_LABEL, value: token },
          { label: SERVICE_LABEL, value: name },
        ],
        ...(internal && { internal }),
        ...(driver_opts && { options: driver_opts }),
        ...(ipamConfigs.length > 0 && { ipamConfigs }),
      },
      // Docker refuses a second network with its name, or in its subnet, while the old one exists.
      { ...this.options, hooks: this.hooks.network, deleteBeforeReplace: true, ignoreChanges },
    );
  }

  private volume({ name, driver, driver_opts, stateful }: HostModel["volumes"][number]): docker.Volume {
    const { needed, token, ignoreChanges } = this.repair.of("volumes", name, "labels");
    return new docker.Volume(
      printName({ kind: "volume", host: this.host.name, name }),
      {
        name,
        labels: [...(needed ? [{ label: GENERATION_LABEL, value: token }] : []), { label: SERVICE_LABEL, value: name }],
        ...(driver && { driver }),
        ...(driver_opts && { driverOpts: rendered(driver_opts, this.render) }),
      },
      {
        ...this.options,
        hooks: this.hooks.other,
        retainOnDelete: stateful,
        ...(needed && { deleteBeforeReplace: true }),
        ignoreChanges,
      },
    );
  }

  private container(
    service: ServiceModel,
    networks: ReadonlyMap<string, docker.Network>,
    containers: ReadonlyMap<string, docker.Container>,
    dependsOn: pulumi.Resource[],
  ): docker.Container {
    const files = new ServiceFiles(
      { host: this.host, service, render: this.render, repair: this.repair },
      { ...this.common, hooks: this.hooks.other },
    );
    const { token, ignoreChanges } = this.repair.of("containers", service.name, GENERATION_PLACE);
    const args = containerArgs(service, {
      generation: token,
      render: this.render,
      logDefaults: logDefaults(this.host.role),
      network: (name) => networks.get(name)?.id ?? name,
      container: (name) => containers.get(name)?.id ?? name,
      fileOnHost: (path) => `${filesFolder(this.host.user)}/${service.name}${path}`,
      filesDigest: files.digest,
    });
    const name = printName({ kind: "container", host: this.host.name, name: service.name });
    return new docker.Container(name, args, {
      ...this.options,
      hooks: this.hooks.container,
      dependsOn: [...dependsOn, ...files.commands],
      // The hook makes room for the new one. If the engine deleted the old one first, and that failed because the host is
      // off, `up --continue-on-error` would wait forever (seen with 3.259.0).
      deleteBeforeReplace: false,
      replaceOnChanges: REPLACE_ON,
      ignoreChanges,
    });
  }
}

const rendered = (options: Readonly<Record<string, Text>>, render: Render): Record<string, pulumi.Input<string>> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, render(value)]));
