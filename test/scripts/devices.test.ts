import {
  consequence,
  describeDevices,
  devicesOf,
  exitCodeOf,
  removable,
  withApi,
} from "../../scripts/devices/devices.js";
import type { KnownDevice } from "../../model/tailnet/devices.js";
import type { TailnetAccess } from "../../model/tailnet/types.js";
import { ControlServer } from "../tailnet/control-server.js";

let server: ControlServer;
beforeEach(async () => {
  server = new ControlServer();
  await server.listen();
});
afterEach(() => {
  server.close();
});

const HOSTS = ["pi5", "jellyfin"];
const device = (id: string, name: string, more = {}): ControlServer["devices"][number] => ({
  id,
  name: `${name}.tail.example`,
  addresses: [`100.64.0.${id}`],
  created: `2026-11-0${id}T10:00:00Z`,
  ...more,
});
const access = (): TailnetAccess => ({
  oauthClient: "client",
  secret: "TAILSCALE_OAUTH_SECRET",
  scopes: ["policy_file"],
  name: "-",
  server: server.url,
});
const known = (secret = server.secret): Promise<KnownDevice[]> =>
  withApi(access(), secret, (api) => devicesOf(api, HOSTS));

test("which device is which host is a matter of tags, not of names", async () => {
  server.devices = [
    device("1", "pi5", { tags: ["tag:homelab-pi5"], lastSeen: "2026-11-20T08:30:12.5Z" }),
    device("2", "jellyfin", { user: "anna@example.com" }),
    device("3", "pi5-1", { tags: ["tag:homelab-pi5", "tag:own"] }),
    device("4", "old", { tags: ["tag:homelab-attic"] }),
    device("5", "printer", { tags: ["tag:office"] }),
  ];
  const devices = await known();
  expect(describeDevices(devices, "homelab").split("\n")).toEqual([
    "DEVICE                 WHAT IT IS                          ADDRESS     LAST SEEN",
    "old.tail.example       has the tag of attic, not declared  100.64.0.4  connected",
    "pi5.tail.example       pi5 before it joined again          100.64.0.1  2026-11-20 08:30 UTC",
    "pi5-1.tail.example     pi5                                 100.64.0.3  connected",
    "jellyfin.tail.example  of anna@example.com                 100.64.0.2  connected",
    "printer.tail.example   tag:office                          100.64.0.5  connected",
    "old.tail.example may do what its tag may do -> npm run devices -- --remove old.tail.example",
    "pi5.tail.example may do what its tag may do -> npm run devices -- --remove pi5.tail.example",
  ]);
  expect(exitCodeOf(devices)).toBe(3);
});

test("what was a host leaves, by its name with or without the domain; the owner's own does not", async () => {
  server.devices = [
    device("1", "pi5", { tags: ["tag:homelab-pi5"] }),
    device("2", "pi5-1", { tags: ["tag:homelab-pi5"] }),
    device("3", "laptop", { user: "anna@example.com" }),
  ];
  const devices = await known();
  expect(consequence(removable(devices, "pi5"), "homelab")).toBe(
    "pi5.tail.example is no host that is declared: it is off the tailnet for good.",
  );
  expect(consequence(removable(devices, "pi5-1"), "lab")).toBe(
    "pi5-1.tail.example is pi5: it is off the tailnet until npm run deploy -- --rejoin pi5 --stack lab",
  );
  expect(() => removable(devices, "laptop")).toThrow("laptop.tail.example has no tag of the homelab");
  expect(() => removable(devices, "pi5-9")).toThrow('The tailnet has no device "pi5-9"');

  await withApi(access(), server.secret, (api) => api.removeDevice(removable(devices, "pi5").id));
  const left = await known();
  expect(left.map(({ name }) => name)).toEqual(["pi5-1.tail.example", "laptop.tail.example"]);
  expect(exitCodeOf(left)).toBe(0);
});

test("a tailnet without devices", async () => {
  expect(describeDevices(await known(), "homelab")).toBe("No device has joined the tailnet.");
});

test("a client that may not, or that is none, is told what it lacks", async () => {
  server.withoutScope = true;
  await expect(known()).rejects.toThrow("it needs the scope devices:core. -> add the scope to the OAuth client");
  await expect(known("tskey-client-wrong")).rejects.toThrow("The tailnet's control server refuses the OAuth client");
});
