import { mockEngine, registered } from "./register.js";
mockEngine();
import * as pulumi from "@pulumi/pulumi";
import { summarize } from "../../model/outputs/summary.js";
import { NasHost } from "../../components/roles.js";
import { CONFIG, HOST_KEY, model, onlyHost } from "../model/declare.js";

const COMPOSE = `
name: nas
services:
  web:
    image: nginx:1.29
    depends_on: [db]
    networks: [front, back]
    ports: [{target: 80, published: 8080, x-audience: [lan, tailnet], x-scheme: http}]
  db:
    image: postgres:18.6
    networks: [back]
    volumes: ["data:/var/lib/postgresql", "cache:/cache"]
    configs: [{source: conf, target: /etc/pg.conf}]
    secrets: [password]
    healthcheck: {test: [CMD, pg_isready], interval: 10s, timeout: 5s}
networks:
  front:
  back: {internal: true}
volumes:
  data: {x-stateful: true}
  cache:
configs:
  conf: {file: ./pg.conf}
secrets:
  password: {environment: PASSWORD}
`;

const host = onlyHost(
  model(COMPOSE, `${CONFIG}  homelab:secrets: {PASSWORD: {secure: v1:x}}\n`, { "stacks/nas/pg.conf": "port = 5432\n" }),
);
const deploy = () => registered(() => new NasHost("pi5", { host, secrets: pulumi.secret({ PASSWORD: "s3cret" }) }));

test("a host registers its provider, networks, volumes, images, files and containers", async () => {
  const names = (await deploy()).map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
  expect(names.sort()).toEqual([
    "Command pi5/file/db/etc/pg.conf",
    "Command pi5/file/db/run/secrets/password",
    "Command pi5/leftovers",
    "Command pi5/setting/base",
    "Command pi5/setting/docker",
    "Command pi5/setting/firewall",
    "Command pi5/setting/nfs",
    "Command pi5/setting/ssh",
    "Command pi5/setting/system",
    "Container pi5/container/db",
    "Container pi5/container/web",
    "Containers pi5/containers",
    "HostSettings pi5/settings",
    "NasHost pi5",
    "Network pi5/network/nas_back",
    "Network pi5/network/nas_front",
    "RemoteImage pi5/image/nginx:1.29",
    "RemoteImage pi5/image/postgres:18.6",
    "Volume pi5/volume/nas_cache",
    "Volume pi5/volume/nas_data",
    "docker pi5/engine",
  ]);
});

test("a host without services has no provider", async () => {
  const idle = { ...host, services: [], images: [], networks: [], volumes: [] };
  const types = (await registered(() => new NasHost("pi5", { host: idle, secrets: {} }))).map(({ type }) => type);
  expect(types).toContain("command:remote:Command");
  expect(types.filter((type) => type.includes("docker"))).toEqual([]);
});

test("everything of Docker's is on the host's own provider", async () => {
  const docker = (await deploy()).filter(({ type }) => type.startsWith("docker:"));
  expect(docker).toHaveLength(8);
  for (const { provider } of docker) {
    expect(provider).toContain("pi5/engine");
  }
});

test("the engine is reached with the host's key pinned inline and nothing of this machine", async () => {
  const provider = (await deploy()).find(({ type }) => type === "pulumi:providers:docker");
  const { host: url, sshOpts } = provider?.inputs ?? {};
  expect(url).toBe("ssh://deploy@192.168.1.100:22");
  expect(JSON.parse(String(sshOpts))).toEqual(
    expect.arrayContaining([
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      "UserKnownHostsFile=/dev/null",
      "GlobalKnownHostsFile=/dev/null",
      `KnownHostsCommand=/bin/echo 192.168.1.100 ${HOST_KEY}`,
    ]),
  );
});

test("a file travels on standard input, by a constant command", async () => {
  const commands = (await deploy()).filter(({ name }) => name.includes("/file/"));
  expect(commands.map(({ inputs }) => inputs)).toEqual([
    {
      addPreviousOutputInEnv: false,
      connection: expect.objectContaining({
        value: {
          host: "192.168.1.100",
          port: 22,
          user: "deploy",
          hostKey: HOST_KEY,
          dialErrorLimit: 2,
          perDialTimeout: 5,
        },
      }) as unknown,
      create: "/usr/local/lib/homelab/bin/put-file db/etc/pg.conf",
      update: "/usr/local/lib/homelab/bin/put-file db/etc/pg.conf # 1",
      delete: "/usr/local/lib/homelab/bin/remove-file db/etc/pg.conf",
      logging: "none",
      stdin: "0444\nport = 5432\n",
    },
    expect.objectContaining({
      create: "/usr/local/lib/homelab/bin/put-file db/run/secrets/password",
      stdin: expect.objectContaining({ value: "0444\ns3cret" }) as unknown,
    }),
  ]);
});

test("a container is in its networks by their identity, so that a replaced network replaces it", async () => {
  const web = (await deploy()).find(({ name }) => name === "pi5/container/web");
  expect(web?.inputs["networksAdvanced"]).toEqual([
    { name: "pi5/network/nas_front-id", aliases: ["web"] },
    { name: "pi5/network/nas_back-id", aliases: ["web"] },
  ]);
});

test("what runs where, and who may reach it, is an output", () => {
  expect(summarize(host)).toEqual({
    role: "nas",
    address: "192.168.1.100",
    services: {
      db: { image: "postgres:18.6", urls: [] },
      web: { image: "nginx:1.29", urls: ["http://192.168.1.100:8080"] },
    },
    openings: [
      { port: 22, protocol: "tcp", from: ["lan", "tailnet"], what: "ssh", kind: "ssh" },
      { port: 8080, protocol: "tcp", from: ["lan", "tailnet"], what: "web", kind: "published" },
    ],
  });
});

test("a host joins the tailnet by a key that only its helper gets, and no container waits for that", async () => {
  const config = `${CONFIG}  homelab:tailnet: {oauthClient: x, tailscale: package}
  homelab:secrets: {PASSWORD: {secure: v1:x}, TAILSCALE_OAUTH_SECRET: {secure: v1:x}}\n`;
  const joining = onlyHost(model(COMPOSE, config, { "stacks/nas/pg.conf": "port = 5432\n" }));
  const joinKey = pulumi.secret("tskey-auth-x");
  const secrets = pulumi.secret({ PASSWORD: "s3cret" });
  const all = await registered(() => new NasHost("pi5", { host: joining, secrets, joinKey }));
  const commands = all.filter(({ name }) => name.startsWith("pi5/setting/"));
  expect(commands.at(-1)?.name).toBe("pi5/setting/tailnet");
  const carriers = all.filter(({ inputs }) => JSON.stringify(inputs).includes("tskey-auth-x"));
  expect(carriers.map(({ name }) => name)).toEqual(["pi5/setting/tailnet"]);
  expect(carriers[0]?.inputs["stdin"]).toMatchObject({
    value: expect.stringContaining('"key": "tskey-auth-x"') as string,
  });
});
