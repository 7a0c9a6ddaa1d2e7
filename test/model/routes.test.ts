import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { outputsOf } from "../../model/outputs/index.js";
import { audienceOf, pagesOf } from "../../model/outputs/pages.js";
import type { HomelabModel, HostModel, ServiceModel } from "../../model/types.js";
import { HOST_KEY, model, problemsOf } from "./declare.js";

// A media host with Traefik and one without: by which names, for whom, and on which way services are reached.

const CONFIG = `config:
  homelab:domain: example.org
  homelab:lan: {subnet: 192.168.1.0/24}
  homelab:audiences: {guests: 192.168.50.0/24, kids: 192.168.1.64/26}
  homelab:hosts:
    pi5: {address: 192.168.1.100, role: nas, hostKey: "${HOST_KEY}"}
    media: {address: 192.168.1.102, services: [my/media.yaml], hostKey: "${HOST_KEY}"}
`;
const MEDIA = `services:
  traefik:
    image: traefik:v3.7
    networks: [web]
    ports: [{target: 443, published: "443", protocol: tcp, x-audience: [lan, tailnet]}]
    configs: [{source: routes, target: /etc/traefik/dynamic/routes.yaml, x-live: true}]
  player:
    image: player:1
    ports: [{target: 8096, published: "8096", protocol: tcp, x-audience: [lan], x-scheme: http}]
    x-homelab: {route: {name: jellyfin, audience: [kids, tailnet]}, tile: {name: Films, group: Media}}
networks: {web: {}}
configs:
  routes: {x-derived: traefik-routes, content: "{}"}
`;
const NAS = `services:
  web:
    image: nginx:1.29
    ports: [{target: 9443, published: "443", protocol: tcp, x-audience: [guests], x-scheme: https}]
    x-homelab: {route: {port: 9443, scheme: https}}
  home:
    image: homepage:1
    ports: [{target: 3000, published: "3000", protocol: tcp, x-audience: [lan, containers], x-scheme: http}]
    configs: [{source: tiles, target: /app/config/services.yaml, x-live: true}]
configs:
  tiles: {x-derived: homepage-services, content: "[]"}
`;
const homelab = (media = MEDIA, nas = NAS, config = CONFIG): HomelabModel =>
  model(nas, config, { "my/media.yaml": media });

function find(name: string, { hosts } = homelab()): { host: HostModel; service: ServiceModel } {
  for (const host of hosts) {
    const service = host.services.find((it) => it.name === name);
    if (service !== undefined) {
      return { host, service };
    }
  }
  throw new Error(`no service ${name}`);
}

/** The first file of a service, as data. */
const firstFile = ({ service }: { readonly service: ServiceModel }): unknown =>
  parse(service.files[0]?.content as string);

test("on the host of Traefik, a service is known by its labels and is in Traefik's network", () => {
  const { host, service } = find("player");
  expect(service.definition.labels).toEqual({
    "traefik.enable": "true",
    "traefik.docker.network": "media_web",
    "traefik.http.routers.jellyfin_example_org.rule": "Host(`jellyfin.example.org`)",
    "traefik.http.routers.jellyfin_example_org.service": "jellyfin_example_org",
    "traefik.http.routers.jellyfin_example_org.middlewares": "jellyfin_example_org",
    "traefik.http.services.jellyfin_example_org.loadbalancer.server.port": "8096",
    "traefik.http.middlewares.jellyfin_example_org.ipallowlist.sourcerange":
      "192.168.1.64/26,100.64.0.0/10,fd7a:115c:a1e0::/48",
  });
  expect(service.networks.map(({ name }) => name)).toEqual(["media_default", "media_web"]);
  expect(pagesOf(host, service)).toEqual(["https://jellyfin.example.org", "http://192.168.1.102:8096"]);
});

test("of a service on another host Traefik has a file, and its host lets it in", () => {
  const { host, service } = find("web");
  expect(firstFile(find("traefik"))).toEqual({
    http: {
      routers: { web_example_org: { rule: "Host(`web.example.org`)", service: "web_example_org" } },
      services: {
        web_example_org: {
          loadBalancer: { servers: [{ url: "https://192.168.1.100:443" }], serversTransport: "self-signed" },
        },
      },
      serversTransports: { "self-signed": { insecureSkipVerify: true } },
    },
  });
  expect(service.definition.labels).toEqual({});
  expect(host.openings).toContainEqual(expect.objectContaining({ what: "web", from: ["guests", "host:media"] }));
});

test("a host that lets in the LAN needs no opening for Traefik", () => {
  const { host } = find("web", homelab(MEDIA, NAS.replace("[guests]", "[lan]")));
  expect(host.openings).toContainEqual(expect.objectContaining({ what: "web", from: ["lan"] }));
});

test("without routes to other hosts Traefik's file is one that it takes", () => {
  const nas = NAS.replace("x-homelab: {route: {port: 9443, scheme: https}}", "labels: {}");
  expect(firstFile(find("traefik", homelab(MEDIA, nas)))).toEqual({
    http: { serversTransports: { "self-signed": { insecureSkipVerify: true } } },
  });
});

test("a service with the host's network is found at the host's address, which lets containers in", () => {
  const listens = "{listens: [{port: 8123, audience: [lan]}], route: {name: ha, audience: [lan]}}";
  const finder = `  finder: {image: "finder:1", network_mode: host, x-homelab: ${listens}}\n`;
  const { host, service } = find("finder", homelab(MEDIA.replace("networks: {web", `${finder}networks: {web`)));
  expect(service.routes).toEqual([
    {
      name: "ha.example.org",
      proxy: { host: "media", address: "192.168.1.102" },
      audience: ["lan"],
      allowed: ["192.168.1.0/24"],
      scheme: "http",
      backend: "http://192.168.1.102:8123",
    },
  ]);
  expect(host.openings).toContainEqual(expect.objectContaining({ what: "finder", from: ["lan", "containers"] }));
});

test("names of routes lead to the host of their Traefik", () => {
  const { dns } = outputsOf(homelab()) as { dns: { names: object } };
  expect(dns.names).toEqual({ "jellyfin.example.org": "192.168.1.102", "web.example.org": "192.168.1.102" });
});

test.each([
  ["addresses", "", ["https://192.168.1.100", "http://192.168.1.102:8096"]],
  ["names", "  homelab:links: names\n", ["https://web.example.org", "https://jellyfin.example.org"]],
])("the dashboard has a tile for each page, with links by %s, and asks what it can reach", (_, lines, [web, films]) => {
  expect(firstFile(find("home", homelab(MEDIA, NAS, CONFIG + lines)))).toEqual([
    {
      pi5: [
        { Web: { icon: "web.png", href: web } },
        { Home: { icon: "home.png", href: "http://192.168.1.100:3000", siteMonitor: "http://192.168.1.100:3000" } },
      ],
    },
    { Media: [{ Films: { icon: "player.png", href: films, siteMonitor: "http://192.168.1.102:8096" } }] },
  ]);
});

test("a service without a port of its own is reached by those who reach its route", () => {
  const media = MEDIA.replace(/ {4}ports: .*8096.*\n/, "").replace("name: jellyfin,", "name: jellyfin, port: 8096,");
  const { host, service } = find("player", homelab(media));
  expect(audienceOf(host, service)).toEqual(["kids", "tailnet"]);
});

test("a file of ours has its routes only where there is a Traefik; of several hosts of one role the first has the name", () => {
  const alone = model(NAS, CONFIG.replace(/ {4}media.*\n/, ""));
  expect(find("web", alone).service.routes).toEqual([]);
  const second = `    pi6: {address: 192.168.1.103, role: nas, hostKey: "${HOST_KEY}"}\n`;
  const { hosts } = homelab(MEDIA, NAS, CONFIG + second);
  expect(hosts.flatMap(({ services }) => services.flatMap(({ routes }) => routes.map(({ name }) => name)))).toEqual([
    "web.example.org",
    "jellyfin.example.org",
    "web-pi6.example.org",
  ]);
});

test("a Traefik that is given no routes serves its own host alone, and what only has its name is none", () => {
  const media = MEDIA.replace(/ {4}configs: .*\n/, "").replace(/configs:\n.*\n/, "");
  expect(problemsOf(() => homelab(media))).toEqual([
    expect.stringMatching(/web.x-homelab.route: Docker does not tell traefik on media of this service, .* x-derived/),
  ]);
  const forward = MEDIA.replace("image: traefik:v3.7", "image: thomseddon/traefik-forward-auth:2");
  expect(problemsOf(() => homelab(forward))).toEqual([
    expect.stringMatching(/player.x-homelab.route: a route leads to Traefik, and no host has it/),
  ]);
});

test.each([
  [
    "audience: [kids, tailnet]",
    "audience: [guests]",
    /audience\[0\]: guests does not reach Traefik.*add guests to x-audience of that port in my\/media.yaml/,
  ],
  ["name: jellyfin", "name: Jelly", /is not a host name/],
  ["audience: [kids, tailnet]", "audience: [nobody]", /unknown audience "nobody"/],
])("%s -> %s is refused", (was, is, said) => {
  expect(problemsOf(() => homelab(MEDIA.replace(was, is)))).toEqual([expect.stringMatching(said)]);
});

test("what docs/routes.md has for Let's Encrypt fits the media host's Compose file", () => {
  const text = (file: string): string => readFileSync(join(__dirname, "../..", file), "utf8");
  const docs = text("docs/routes.md");
  const snippet = (name: string): Record<string, object> => {
    const [, yaml = ""] = new RegExp(`<!-- acme: ${name} -->\\s+\`\`\`yaml\\n([^]*?)\`\`\``).exec(docs) ?? [];
    return parse(yaml) as Record<string, object>;
  };
  const media = parse(text("stacks/media/compose.yaml"), { merge: true }) as Record<string, Record<string, object>>;
  const services = media["services"] ?? {};
  const edited = { ...media, services: { ...services, traefik: { ...services["traefik"], ...snippet("service") } } };
  for (const [key, more] of Object.entries(snippet("top"))) {
    Object.assign(edited, { [key]: { ...media[key], ...more } });
  }
  const host = `    media: {address: 192.168.1.102, role: media, hostKey: "${HOST_KEY}"}\n`;
  const secrets = ["DNS_TOKEN", "TRAEFIK_DASHBOARD_PASSWORD"].map((name) => `${name}: {secure: x}`).join(", ");
  const shares = "  homelab:nas: {shares: {movies: {}, tv: {}, music: {}}}\n";
  const config = `${CONFIG.replace(/ {4}media:.*\n/, host)}  homelab:secrets: {${secrets}}\n${shares}`;
  const files = Object.fromEntries(
    ["traefik.yaml", "dynamic/tls.yaml"].map((name) => [
      `stacks/media/traefik/${name}`,
      text(`stacks/media/traefik/${name}`),
    ]),
  );
  const built = model(NAS, config, { ...files, "stacks/media/compose.yaml": stringify(edited) });
  const { host: found, service } = find("traefik", built);
  expect(service.volumes).toEqual([expect.objectContaining({ source: "media_traefik-acme", target: "/acme" })]);
  expect(found.settings.map(({ name }) => name)).not.toContain("certificates");
});
