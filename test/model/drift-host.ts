import { digestOf } from "../../model/drift/digest.js";
import { declaredOn } from "../../model/drift/missing.js";
import type { DriftHost } from "../../model/drift/findings.js";
import type { ContainerReport, NetworkReport, ProbeReport, SettingReport } from "../../model/drift/report.js";
import { SecretText } from "../../model/text.js";
import { model, onlyHost } from "./declare.js";

// A host with two services and two settings, and reports of it that differ from the one in which all is as declared.

const FIREWALL = {
  name: "firewall",
  guarded: true,
  input: '{"admin": {"port": 22, "from": ["192.168.1.0/24", "tailscale0"]}}',
} as const;
const USERS = { name: "smb-users", guarded: false, input: new SecretText([{ secret: "P" }]) } as const;
export const host: DriftHost = {
  ...onlyHost(
    model(`
name: nas
services:
  web: {image: "nginx:1.29", restart: always, ports: [{target: 80, published: 8080, x-audience: [lan]}], volumes: ["/mnt/media/tv:/tv"]}
  job: {image: "busybox:1.37", restart: "no"}
`),
  ),
  settings: [FIREWALL, USERS],
};

export const APPLIED: SettingReport = { digest: digestOf(FIREWALL.input) ?? "", state: "applied", drift: [] };
export const container = (name: string, more: Partial<ContainerReport> = {}): ContainerReport => ({
  name,
  id: "c0ffee",
  service: name,
  state: "running",
  exitCode: 0,
  health: "",
  restarts: 0,
  startedAt: 1_700_000_000,
  upSeconds: 60,
  record: "own",
  changed: [],
  ports: [],
  ...more,
});
export const network = (name: string, more: Partial<NetworkReport> = {}): NetworkReport => ({
  name,
  id: "beef",
  record: "own",
  removed: false,
  ...more,
});
export const WEB = container("web", { ports: ["8080/tcp"] });
export const JOB = container("job");
export const IN_SYNC: ProbeReport = {
  settings: { firewall: APPLIED, "smb-users": { ...APPLIED, digest: "of a secret" } },
  containers: [WEB, JOB],
  networks: [network("nas_default")],
  images: ["nginx:1.29", "busybox:1.37"],
  volumes: [],
  declared: declaredOn(host),
  files: [],
  listening: ["22/tcp", "8080/tcp"],
  foreign: [],
};

export const firewall = (more: Partial<SettingReport>): Partial<ProbeReport> => ({
  settings: { ...IN_SYNC.settings, firewall: { ...APPLIED, ...more } },
});
export const web = (more: Partial<ContainerReport>): Partial<ProbeReport> => ({
  containers: [{ ...WEB, ...more }, JOB],
});
