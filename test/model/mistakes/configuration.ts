import { HOST_KEY } from "../declare.js";
import { inStack, inWiki, mistake, PI5, STACK } from "./homelab.js";
import type { Mistake } from "./homelab.js";

/** In the stack's configuration. */
export const IN_CONFIGURATION: Readonly<Record<string, Mistake>> = {
  "a misspelled key that is required": mistake(
    inStack("address: 192.168.1.100", "adress: 192.168.1.100"),
    `${STACK}:7 ${PI5}.adress: unknown key "adress"`,
    'write "address"',
    "adress",
  ),
  "a required key that is left out": mistake(
    inStack("      address: 192.168.1.100\n", ""),
    `${STACK}:6 ${PI5}.address: is required`,
    "add address:",
    ["pi5:", "pi5:\n      address: 192.168.1.100"],
  ),
  "a misspelled setting": mistake(
    inStack("homelab:timezone", "homelab:timezon"),
    `${STACK}:3 config.homelab:timezon: unknown key "timezon"`,
    'write "timezone"',
    "timezon",
  ),
  "a misspelled key that is there as well": mistake(
    inStack("role: nas", "role: nas\n      rolle: nas"),
    `${STACK}:9 ${PI5}.rolle: unknown key "rolle"`,
    'remove it: "role" exists as well',
  ),
  "the sample's domain, below which a service has its name": mistake(
    [
      inStack("example.org", "domain.com"),
      inWiki("TZ: ${TIMEZONE}", "TZ: ${TIMEZONE}\n      WIKI_URL: https://wiki.${DOMAIN}"),
    ],
    `${STACK}:2 config.homelab:domain: still says "domain.com", as the sample does`,
    [
      "write a domain of your own, or home.arpa if you have none",
      "answer questions, and have this file written: npm run setup -- --stack test",
    ],
    ["domain.com", "home.arpa"],
  ),
  "the sample's user, who is nobody": mistake(
    [
      inStack("  homelab:services", "  homelab:values: {WIKI_OWNER: your-github-user}\n  homelab:services"),
      inStack("    wiki:\n", "    wiki:\n      shared: [WIKI_OWNER]\n"),
      inWiki("TZ: ${TIMEZONE}", "TZ: ${TIMEZONE}\n      WIKI_OWNER: ${WIKI_OWNER}"),
    ],
    `${STACK}:13 config.homelab:values.WIKI_OWNER: still says "your-github-user", as the sample does`,
    ["write your user name on GitHub", "switch off under homelab:services what uses it"],
    ["your-github-user", "anna"],
  ),
  "an address twice": mistake(
    inStack("192.168.1.102", "192.168.1.100"),
    `${STACK}:12 config.homelab:hosts.jellyfin.address: 192.168.1.100 is already the address of pi5`,
    "give each host its own",
    ["192.168.1.100", "192.168.1.103"],
  ),
  "an address outside the LAN": mistake(
    inStack("192.168.1.102", "192.168.2.102"),
    `${STACK}:12 config.homelab:hosts.jellyfin.address: 192.168.2.102 is outside the LAN 192.168.1.0/24`,
    "write an address of the LAN",
    ["192.168.2.102", "192.168.1.103"],
  ),
  "something that is no address": mistake(
    inStack("192.168.1.102", "192.168.1.1002"),
    `${STACK}:12 config.homelab:hosts.jellyfin.address: is not an IPv4 address`,
    "write four numbers from 0 to 255 with dots between them",
    ["192.168.1.1002", "192.168.1.102"],
  ),
  "a subnet that is an address": mistake(
    inStack("192.168.1.0/24", "192.168.1.1/24"),
    `${STACK}:4 config.homelab:lan.subnet: "192.168.1.1/24" is an address with the prefix of its subnet`,
    "write 192.168.1.0/24 for the subnet, or 192.168.1.1 for the address",
    ["192.168.1.1/24", "192.168.1.0/24"],
  ),
  "a role in capitals": mistake(
    inStack("role: nas", "role: NAS"),
    `${STACK}:8 ${PI5}.role: must be nas, ci, media or agent`,
    "write nas",
    "NAS",
  ),
  "a host name in capitals": mistake(
    inStack("jellyfin:", "Jelly_Fin:"),
    `${STACK}:12 config.homelab:hosts.Jelly_Fin: is not a host name`,
    "use small letters, digits and dashes",
    ["Jelly_Fin", "jelly-fin"],
  ),
  "a misspelled time zone": mistake(
    inStack("Europe/Berlin", "Europe/Madird"),
    `${STACK}:3 config.homelab:timezone: there is no time zone "Europe/Madird"`,
    'write "Europe/Madrid"',
    "Europe/Madird",
  ),
  "a misspelled switch of a service": mistake(
    inStack("{transmission:", "{transmision:"),
    `${STACK}:13 config.homelab:services.transmision: no host has a service "transmision"`,
    'write "transmission"',
    "transmision",
  ),
  "a Compose file that is not there": mistake(
    inStack("my/wiki/compose.yaml", "my/wki/compose.yaml"),
    `${STACK}:10 ${PI5}.services[0]: my/wki/compose.yaml, a Compose file of pi5, is missing`,
    "write its path from the project's directory, or remove it here",
    ["my/wki/", "my/wiki/"],
  ),
  "Compose files without a list": mistake(
    inStack("[my/wiki/compose.yaml]", "my/wiki/compose.yaml"),
    `${STACK}:10 ${PI5}.services: must be a list, not a string`,
    "put [ ] around it",
    ["my/wiki/compose.yaml", "[my/wiki/compose.yaml]"],
  ),
  "a host that is not prepared": mistake(
    inStack(`\n      hostKey: "${HOST_KEY}"`, ""),
    `${STACK}:6 ${PI5}: is not prepared yet: its host key is not pinned`,
    "run npm run bootstrap -- pi5 --stack test",
    ["pi5:", `pi5:\n      hostKey: "${HOST_KEY}"`],
  ),
  "a secret in plain text": mistake(
    inStack("{secure: v1:x}", "hunter2"),
    `${STACK}:16 config.homelab:projects.wiki.secrets.DB_PASSWORD: is stored in plain text`,
    "encrypt it: npx pulumi config set --secret --path homelab:projects.wiki.secrets.DB_PASSWORD",
    ["hunter2", "{secure: v1:x}"],
  ),
};
