import { CONFIG, HOST_KEY, model, problemsOf } from "./declare.js";

// homelab:services switches one service, not whatever else has its key.

const OWN = 'services:\n  web: {image: "web:1.0"}\n  db: {image: "db:1.0"}\n';
const hosts = (switches: string): string =>
  CONFIG.replace(
    /pi5: \{.*\}/,
    `pi5: {address: 192.168.1.100, services: [my/wiki/compose.yaml], hostKey: "${HOST_KEY}"}
    pi6: {address: 192.168.1.106, services: [my/shop/compose.yaml], hostKey: "${HOST_KEY}"}`,
  ) + `  homelab:services: ${switches}\n`;
const FILES = {
  "my/wiki/compose.yaml": OWN,
  "my/shop/compose.yaml": OWN.replace(/db: .*/, 'db: {image: "db:1.0", container_name: shop-db}'),
};
const running = (switches: string, files = FILES): string[] =>
  model("", hosts(switches), files).hosts.flatMap(({ name, services }) => services.map((it) => `${name}/${it.name}`));

test("a host and the name of a container are one service", () => {
  expect(running("{pi5/db: false}")).toEqual(["pi5/web", "pi6/web", "pi6/shop-db"]);
  expect(running("{pi6/shop-db: false, pi6/web: false, pi5/db: true}")).toEqual(["pi5/web", "pi5/db"]);
});

test("a key that several hosts have is refused, whatever else is said of one of them", () => {
  const expected = [
    "Pulumi.test.yaml:7 config.homelab:services.db: 2 services have this key -> write pi5/db: false in place of db:, or write pi6/shop-db: false in place of db:",
  ];
  expect(problemsOf(() => running("{db: false}"))).toEqual(expected);
  expect(problemsOf(() => running("{pi5/db: true, db: false}"))).toEqual(expected);
});

test("a key that one host has is enough, and a place that nothing has is refused", () => {
  const one = { ...FILES, "my/shop/compose.yaml": 'services: {shop: {image: "shop:1.0"}}\n' };
  expect(running("{db: false}", one)).toEqual(["pi5/web", "pi6/shop"]);
  expect(problemsOf(() => running("{pi6/db: false}"))).toEqual([
    'Pulumi.test.yaml:7 config.homelab:services.pi6/db: no host has a service "pi6/db" -> write "pi5/db"',
  ]);
});

test("a service of a role is switched wherever the role is, and on one host by its place", () => {
  const agents = (switches: string): string =>
    CONFIG.replace(
      /pi5: \{.*\}/,
      [1, 2].map((n) => `zero-${n}: {address: 192.168.1.11${n}, role: agent, hostKey: "${HOST_KEY}"}`).join("\n    "),
    ) + `  homelab:services: ${switches}\n`;
  const role = {
    "stacks/agent/compose.yaml": 'services: {agent: {image: "agent:1.0"}, watch: {image: "watch:1.0"}}\n',
  };
  const names = (switches: string): string[] =>
    model("", agents(switches), role).hosts.flatMap(({ name, services }) => services.map((it) => `${name}/${it.name}`));
  expect(names("{watch: false}")).toEqual(["zero-1/agent", "zero-2/agent"]);
  expect(names("{watch: false, zero-2/watch: true}")).toEqual(["zero-1/agent", "zero-2/agent", "zero-2/watch"]);
});
