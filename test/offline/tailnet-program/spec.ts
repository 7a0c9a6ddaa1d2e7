import type * as tailscale from "@pulumi/tailscale";

/** What the program is to declare. */
export interface Spec {
  provider: tailscale.ProviderArgs;
  acl?: tailscale.AclArgs;
  key?: tailscale.TailnetKeyArgs;
  dns?: tailscale.DnsConfigurationArgs;
  split?: tailscale.DnsSplitNameserversArgs;
  tailnet?: tailscale.TailnetSettingsArgs;
  device?: tailscale.DeviceTagsArgs;
}
