// pulumi-resource-tailscale: stands in for the vendor's tailscale provider where that cannot be had.
import { servePlugin } from "../provider/plugin";
import { acl } from "./acl";
import { clientOf } from "./client";
import type { Client } from "./client";
import { checkConfig, settingsOf } from "./config";
import { deviceTags } from "./device-tags";
import { dnsConfiguration, dnsSplitNameservers } from "./dns";
import { key } from "./key";
import { tailnetSettings } from "./settings";

declare const TAILSCALE_VERSION: string; // put in by the bundler

let connected: Client | undefined;

function client(): Client {
  if (connected === undefined) {
    throw new Error("the provider has no credentials: set oauthClientId and oauthClientSecret, or apiKey");
  }
  return connected;
}

void servePlugin({
  version: TAILSCALE_VERSION,
  resources: {
    "tailscale:index/acl:Acl": acl(client),
    "tailscale:index/deviceTags:DeviceTags": deviceTags(client),
    "tailscale:index/dnsConfiguration:DnsConfiguration": dnsConfiguration(client),
    "tailscale:index/dnsSplitNameservers:DnsSplitNameservers": dnsSplitNameservers(client),
    "tailscale:index/tailnetKey:TailnetKey": key(client),
    "tailscale:index/tailnetSettings:TailnetSettings": tailnetSettings(client),
  },
  checkConfig,
  configure(config) {
    const settings = settingsOf(config);
    connected = settings && clientOf(settings);
  },
});
