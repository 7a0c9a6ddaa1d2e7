import { driftOf } from "../../model/drift/drift.js";
import type { ContainerReport, ProbeReport } from "../../model/drift/report.js";
import { model, onlyHost } from "./declare.js";
import { container, IN_SYNC } from "./drift-host.js";

// Who has a port that is to be published.

const homelab = (audience: string) =>
  onlyHost(
    model(
      `services:\n  web: {image: "nginx:1.29", ports: [{target: 80, published: 8080, x-audience: [${audience}]}]}\n`,
    ),
  );
const seen = (report: Partial<ProbeReport>, audience = "lan"): string[] =>
  driftOf(homelab(audience), { ...IN_SYNC, networks: [], ...report }).findings.flatMap(({ code, words }) =>
    code === "port-taken" ? [words] : [],
  );
const holder = (address: string, program: string, id = "") => ({ port: "8080/tcp", address, program, container: id });
const other = (more: Partial<ContainerReport>) => container("other", { id: "beef", ports: [], ...more });

test.each<[string, Partial<ProbeReport>, readonly string[]]>([
  ["a program, by a helper that knows no names", { containers: [] }, ["something else"]],
  ["a program on one address", { containers: [], holders: [holder("127.0.0.1", "nginx")] }, ["nginx"]],
  ["nobody", { containers: [], holders: [] }, []],
  [
    "somebody else's container",
    { containers: [other({ service: "", ports: ["8080/tcp"] })], holders: [holder("*", "docker-proxy")] },
    ["the container other"],
  ],
  [
    "a program in somebody else's container with the host's network",
    { containers: [other({ service: "" })], holders: [holder("*", "nginx", "beef")] },
    ["nginx in the container other"],
  ],
  [
    "a program in one of ours with the host's network, which goes",
    { containers: [other({})], holders: [holder("*", "nginx", "beef")] },
    [],
  ],
  [
    "one of ours, which goes",
    { containers: [other({ ports: ["8080/tcp"] })], holders: [holder("*", "docker-proxy")] },
    [],
  ],
  [
    "a program, while the service itself runs on another port until now",
    { containers: [container("web", { ports: ["80/tcp"] })], holders: [holder("*", "nginx")] },
    ["nginx"],
  ],
])("%s", (_, report, words) => {
  expect(seen(report)).toEqual(words.map((who) => `port 8080/tcp is in use by ${who}`));
});

test("a port of one address is taken by who has that address or all of them", () => {
  const taken = (address: string): boolean =>
    seen({ containers: [], holders: [holder(address, "nginx")] }, "localhost").length > 0;
  expect(["127.0.0.1", "0.0.0.0", "*", "192.168.1.100", "::1"].map(taken)).toEqual([true, true, true, false, false]);
});
