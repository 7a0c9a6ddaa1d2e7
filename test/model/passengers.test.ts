import { model, onlyHost, problemsOf } from "./declare.js";

// Services in the network of another one, and services that do their work and end.

const VPN = (...lines: string[]): string =>
  `services:\n  app:\n    image: app:1\n${lines.map((it) => `    ${it}\n`).join("")}  vpn:\n    image: vpn:1\n    container_name: gluetun\n`;
const FILE = "stacks/nas/compose.yaml";

test.each(["service:vpn", "container:gluetun"])(
  "%s: after the other one, in its network, with none of its own",
  (mode) => {
    const { services } = onlyHost(model(VPN(`network_mode: "${mode}"`)));
    expect(services.map(({ name }) => name)).toEqual(["gluetun", "app"]);
    expect(services[1]).toMatchObject({ networkOf: "gluetun", networks: [], dependsOn: ["gluetun"] });
  },
);

test.each<[string[], string]>([
  [
    ["network_mode: service:vpnn"],
    `${FILE}:4 services.app.network_mode: there is no service "vpnn" -> write network_mode: service:vpn`,
  ],
  [
    ["network_mode: container:other"],
    `${FILE}:4 services.app.network_mode: no service of this file has the container other -> put both services into one Compose file, and write network_mode: service:NAME`,
  ],
  [
    ["network_mode: service:app"],
    `${FILE}:4 services.app.network_mode: app has no network of its own -> name the service whose network both are to have`,
  ],
  [
    ["network_mode: service:vpn", "ports: [{target: 80, published: 80, x-audience: [lan]}]"],
    `${FILE}:5 services.app.ports: it has the network of vpn, whose ports these are -> move them to ports: of vpn`,
  ],
  [
    ["network_mode: service:vpn", "hostname: x"],
    `${FILE}:5 services.app.hostname: hostname belongs to the network, which is that of vpn -> move it to vpn`,
  ],
])("%j is refused", (lines, problem) => {
  expect(problemsOf(() => model(VPN(...lines)))).toEqual([problem]);
});

test("a service that another one waits for until it has ended is one that ends", () => {
  const { services } = onlyHost(
    model(
      "services:\n  app:\n    image: app:1\n    depends_on: {init: {condition: service_completed_successfully}}\n  init:\n    image: init:1\n  job:\n    image: job:1\n    x-homelab: {one-shot: true}\n",
    ),
  );
  expect(services.map(({ name, oneShot }) => [name, oneShot])).toEqual([
    ["init", true],
    ["app", false],
    ["job", true],
  ]);
});
