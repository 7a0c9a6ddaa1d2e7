import { pagesOf } from "../../model/outputs/pages.js";
import type { HostModel } from "../../model/types.js";
import { commandLine } from "../../model/command-line.js";

/** Services with a login of this program's making: the user, where it asks for one, and the secret that is the password. */
export const LOGINS: Readonly<Record<string, { readonly user?: string; readonly secret: string }>> = {
  portainer: { user: "admin", secret: "PORTAINER_ADMIN_PASSWORD" },
  duplicati: { secret: "DUPLICATI_PASSWORD" },
  transmission: { user: "transmission", secret: "TRANSMISSION_PASSWORD" },
};

/** The page that shows the others, and so is the first to open. */
const FIRST = "homepage";

/** What is there after the first deployment: pages, how to log in, and what to do next. */
export function farewell(hosts: readonly HostModel[], stack: string): string {
  const services = hosts.flatMap((host) => host.services.map((service) => ({ host, service })));
  const pages = services
    // By address: names lead there once a resolver knows them.
    .map(({ host, service }) => ({ name: service.name, url: service.urls[0] ?? pagesOf(host, service)[0] }))
    .flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]))
    .sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST));
  const [first] = pages;
  const isRouted = services.some(({ service }) => service.routes.length > 0);
  const logins = pages.flatMap(({ name, url }) => {
    const login = LOGINS[name];
    if (login === undefined) {
      return [];
    }
    const user = login.user === undefined ? "" : `user ${login.user}, `;
    return [`  ${name}  ${url}  ${user}password: ${commandLine("secrets", stack, "--show", login.secret)}`];
  });
  return [
    "everything is done.",
    ...(first === undefined ? [] : [`Open ${first.url} (${first.name}).`]),
    ...(logins.length === 0 ? [] : ["Log in:", ...logins]),
    "Next:",
    `  ${commandLine("status", stack)}   what runs where, and all pages`,
    `  ${commandLine("drift", stack)}    what somebody changed by hand`,
    ...(isRouted
      ? [
          `  ${commandLine("check", stack)}    the names of the pages, for your resolver; then write homelab:links: names`,
          `  ${commandLine("trust", stack)}    the root certificate, for the devices that open them`,
        ]
      : []),
    "  git add -A && git commit     the configuration is yours to keep; its secrets are encrypted",
  ].join("\n");
}
