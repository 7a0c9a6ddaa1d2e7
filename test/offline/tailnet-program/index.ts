// The program that tailscale.test.ts deploys: the resources and the provider that SPEC, a JSON file, lists.
import * as fs from "node:fs";
import * as tailscale from "@pulumi/tailscale";
import type { Spec } from "./spec";

const {
  provider: settings,
  acl,
  key,
  dns,
  split,
  tailnet,
  device,
} = JSON.parse(fs.readFileSync(process.env["SPEC"] ?? "", "utf8")) as Spec;
const provider = new tailscale.Provider("provider", settings);

if (acl !== undefined) {
  new tailscale.Acl("acl", acl, { provider });
}
if (key !== undefined) {
  new tailscale.TailnetKey("key", key, { provider });
}
if (dns !== undefined) {
  new tailscale.DnsConfiguration("dns", dns, { provider });
}
if (split !== undefined) {
  new tailscale.DnsSplitNameservers("split", split, { provider });
}
if (tailnet !== undefined) {
  new tailscale.TailnetSettings("tailnet", tailnet, { provider });
}
if (device !== undefined) {
  new tailscale.DeviceTags("device", device, { provider });
}
