import { expectToJoin, keysOf } from "../../scripts/deploy/rejoin.js";
import type { HostModel } from "../../model/types.js";
import { CONFIG, model } from "../model/declare.js";

const hosts = (more: string): readonly HostModel[] =>
  model(
    "services: {}\n",
    `${CONFIG}  homelab:tailnet: {groups: {}, oauthClient: client${more}}
  homelab:secrets: {TAILSCALE_OAUTH_SECRET: {secure: v1:x}}
`,
  ).hosts;

test("only a host that joins the tailnet joins it again", () => {
  const [first] = hosts(", tailscale: package");
  expect(() => {
    expectToJoin(hosts(", tailscale: package"), first?.name ?? "");
  }).not.toThrow();
  expect(() => {
    expectToJoin(hosts(", tailscale: package"), `${first?.name ?? ""}x`);
  }).toThrow(/^--rejoin: there is no ".*x" that joins the tailnet: write "pi5"$/);
  expect(() => {
    expectToJoin(hosts(""), first?.name ?? "");
  }).toThrow("--rejoin: no host joins a tailnet here -> tailscale: package under homelab:tailnet");
});

test("its key is replaced, and no other", async () => {
  const key = (host: string): string =>
    `urn:pulumi:lab::homelab::homelab:index:Tailnet$tailscale:index/tailnetKey:TailnetKey::tailnet/key/${host}`;
  const stack = {
    resources: () => Promise.resolve([key("pi5"), key("pi4-ci")].map((urn) => ({ urn, type: "" }))),
  };
  expect(await keysOf(stack, ["pi5"])).toEqual([key("pi5")]);
  expect(await keysOf(stack, ["attic"])).toEqual([]);
});
