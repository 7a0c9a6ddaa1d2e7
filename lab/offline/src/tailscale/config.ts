import type { Failure } from "../provider/shapes";
import { containsUnknown, reveal } from "../provider/values";
import type { Value, Values } from "../provider/values";
import type { Settings } from "./client";

/** What identifies the program to the server otherwise; the stand-in has none of it. */
const ELSEWHERE = ["identityToken", "audience", "identityTokenEnvironmentVariableName"];

/** What is wrong with the provider's configuration. */
export function checkConfig(config: Values): Failure[] {
  const has = (name: string): boolean => textOf(config[name]) !== undefined || containsUnknown(config[name]);
  const failures: Failure[] = ELSEWHERE.filter(has).map((property) => ({
    property,
    reason: "workload identity is not there in this stand-in",
  }));
  if (has("apiKey") && (has("oauthClientId") || has("oauthClientSecret"))) {
    failures.push({ property: "apiKey", reason: "it conflicts with oauthClientId and oauthClientSecret" });
  }
  return failures;
}

/** The environment stands in for what is not configured, as with the vendor's plugin. undefined: no credentials, or none yet. */
export function settingsOf(config: Values): Settings | undefined {
  const setting = (name: string, variable: string): string | undefined => {
    const value = textOf(config[name]) ?? process.env[variable];
    return value === "" ? undefined : value;
  };
  const baseUrl = setting("baseUrl", "TAILSCALE_BASE_URL") ?? "https://api.tailscale.com";
  const tailnet = setting("tailnet", "TAILSCALE_TAILNET") ?? "-";
  const clientId = setting("oauthClientId", "TAILSCALE_OAUTH_CLIENT_ID");
  const clientSecret = setting("oauthClientSecret", "TAILSCALE_OAUTH_CLIENT_SECRET");
  if (clientId !== undefined && clientSecret !== undefined) {
    const scopes = JSON.parse(textOf(config["scopes"]) ?? "[]") as string[];
    return { baseUrl, tailnet, credentials: { kind: "oauth", clientId, clientSecret, scopes } };
  }
  const apiKey = setting("apiKey", "TAILSCALE_API_KEY");
  return apiKey === undefined ? undefined : { baseUrl, tailnet, credentials: { kind: "key", apiKey } };
}

function textOf(value: Value | undefined): string | undefined {
  const plain = value === undefined ? undefined : reveal(value);
  return typeof plain === "string" ? plain : undefined;
}
