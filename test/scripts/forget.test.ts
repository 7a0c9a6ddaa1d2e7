import { describeHost, hostInState } from "../../scripts/forget/state.js";
import type { StateResource } from "../../scripts/lib/operation.js";

const STACK = "urn:pulumi:lab::homelab::pulumi:pulumi:Stack::homelab-lab";
const urn = (type: string, name: string): string => `urn:pulumi:lab::homelab::${type}::${name}`;
const host = (name: string): string => urn("homelab:index:PiZeroAgent", name);
const containers = (name: string): string =>
  urn("homelab:index:PiZeroAgent$homelab:index:Containers", `${name}/containers`);
const container = (name: string): string =>
  urn("homelab:index:PiZeroAgent$homelab:index:Containers$docker:index/container:Container", `${name}/container/a`);

const ofHost = (name: string): StateResource[] => [
  { urn: host(name), type: "homelab:index:PiZeroAgent", parent: STACK },
  { urn: containers(name), type: "homelab:index:Containers", parent: host(name) },
  { urn: container(name), type: "docker:index/container:Container", parent: containers(name) },
];
// pi-zero-1 and pi-zero-10: one name is the start of the other.
const STATE: readonly StateResource[] = [
  { urn: STACK, type: "pulumi:pulumi:Stack" },
  { urn: urn("pulumi:providers:command", "default"), type: "pulumi:providers:command" },
  ...ofHost("pi-zero-1"),
  ...ofHost("pi-zero-10"),
];

test("a host is its component and all below it, and nothing of a host with a similar name", () => {
  const found = hostInState(STATE, "pi-zero-1");
  expect(found.resources.map((it) => it.urn)).toEqual([
    host("pi-zero-1"),
    containers("pi-zero-1"),
    container("pi-zero-1"),
  ]);
  expect(describeHost(found)).toEqual(["  container  a"]);
});

test("an unknown host is refused with the nearest name; so is a resource that is no host", () => {
  expect(() => hostInState(STATE, "pi-zero-2")).toThrow('The state has no host "pi-zero-2": write "pi-zero-1"');
  expect(() => hostInState(STATE, "something")).toThrow("known here: pi-zero-1, pi-zero-10");
  expect(() => hostInState(STATE, "pi-zero-1/container/a")).toThrow("no host");
  expect(() => hostInState([], "pi5")).toThrow("known here: none");
});

test("what another host depends on is not forgotten", () => {
  const neighbour = {
    urn: urn("x:y:Z", "pi5-mount"),
    type: "x:y:Z",
    parent: STACK,
    dependencies: [container("pi-zero-1")],
  };
  expect(() => hostInState([...STATE, neighbour], "pi-zero-1")).toThrow("pi5-mount depend on it");
});

test("what would be forgotten is said by kind; the program's own bookkeeping is left out", () => {
  const names = ["a/leftovers", "a/setting/ssh", "a/image/b:1", "a/file/web/etc/x.conf", "a/engine"];
  const resources = names.map((name) => ({
    urn: urn("homelab:index:PiZeroAgent$any:type:T", name),
    type: "any:type:T",
  }));
  expect(describeHost({ urn: host("a"), resources })).toEqual([
    "  setting    ssh",
    "  image      b:1",
    "  file       /etc/x.conf of web",
  ]);
});
