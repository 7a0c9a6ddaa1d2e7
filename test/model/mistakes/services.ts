import { inStack, inWiki, mistake, WIKI } from "./homelab.js";
import type { Mistake } from "./homelab.js";

/** In a Compose file: values, images and ports. */
export const IN_SERVICES: Readonly<Record<string, Mistake>> = {
  "a misspelled key of a service": mistake(
    inWiki("environment:", "enviroment:"),
    `${WIKI}:4 services.wiki.enviroment: unknown key "enviroment"`,
    'write "environment"',
    "enviroment",
  ),
  "a misspelled key that every service has": mistake(
    inWiki("image: wiki", "imagee: wiki"),
    `${WIKI}:3 services.wiki.imagee: unknown key "imagee"`,
    'write "image"',
    "imagee",
  ),
  "a port twice": mistake(
    inWiki('"8222"', '"3000"'),
    `${WIKI}:8 services.wiki.ports[0]: port 3000/tcp of the host is already taken by homepage`,
    "choose another port of the host",
    ['target: 80\n        published: "3000"', 'target: 80\n        published: "3001"'],
  ),
  "a secret that is not set, wherever it is needed": mistake(
    [inStack("DB_PASSWORD: {secure: v1:x}", ""), inWiki("WIKI_PASSWORD:", "A: ${DB_PASSWORD}\n      WIKI_PASSWORD:")],
    `${WIKI}:6 services.wiki.environment.A: the secret DB_PASSWORD is not set`,
    "let it be made: npm run secrets -- --stack test",
  ),
  "a misspelled secret": mistake(
    inWiki("${DB_PASSWORD}", "${DB_PASSWROD}"),
    `${WIKI}:6 services.wiki.environment.WIKI_PASSWORD: nothing provides \${DB_PASSWROD}`,
    [
      "write ${DB_PASSWORD}",
      "set it: npx pulumi config set --stack test --path homelab:projects.wiki.values.DB_PASSWROD VALUE",
      "set it as a secret: npx pulumi config set --stack test --secret --path homelab:projects.wiki.secrets.DB_PASSWROD",
    ],
    "${DB_PASSWROD}",
  ),
  "another project's secret is never proposed": mistake(
    inWiki("${DB_PASSWORD}", "${MAIL_TOKN}"),
    `${WIKI}:6 services.wiki.environment.WIKI_PASSWORD: nothing provides \${MAIL_TOKN}`,
    [
      "set it: npx pulumi config set --stack test --path homelab:projects.wiki.values.MAIL_TOKN VALUE",
      "set it as a secret: npx pulumi config set --stack test --secret --path homelab:projects.wiki.secrets.MAIL_TOKN",
    ],
    ["${MAIL_TOKN}", "${DB_PASSWORD}"],
  ),
  "the address of a role that no host has": mistake(
    inWiki("TZ: ${TIMEZONE}", "SERVER: ${CI_ADDRESS}"),
    `${WIKI}:5 services.wiki.environment.SERVER: nothing provides \${CI_ADDRESS}: no host has the role ci`,
    "give one host role: ci, or remove what needs it",
    ["      SERVER: ${CI_ADDRESS}\n", ""],
  ),
  "a password with a dollar sign": mistake(
    inWiki("${DB_PASSWORD}", "pa$$word$x"),
    `${WIKI}:6 services.wiki.environment.WIKI_PASSWORD: a $ before a name that nothing provides`,
    ["write $$ for a dollar sign", "write ${NAME} for a value of the configuration"],
    ["$x", "$$x"],
  ),
  "a password with a dollar sign and a brace": mistake(
    inWiki("${DB_PASSWORD}", "pa${word"),
    `${WIKI}:6 services.wiki.environment.WIKI_PASSWORD: a \${ without a name and a }`,
    "write ${NAME} or ${NAME:-default}; for a dollar sign, write $$",
    ["${word", "$${word"],
  ),
  "an image without a tag": mistake(
    inWiki("wiki:1.0", "wiki"),
    `${WIKI}:3 services.wiki.image: wiki has no tag`,
    "write wiki:VERSION, so that every deployment runs the same",
    ["image: wiki", "image: wiki:1.0"],
  ),
  "the tag latest": mistake(
    inWiki("wiki:1.0", "wiki:latest"),
    `${WIKI}:3 services.wiki.image: wiki:latest changes with every push`,
    "write a version as the tag",
    ["latest", "1.0"],
  ),
  "an image that is to be built": mistake(
    inWiki("image: wiki:1.0", "image: wiki:1.0\n    build: ."),
    `${WIKI}:4 services.wiki.build: "build" is not supported: images are built by CI, not on the hosts; push the image to a registry and name it in image:`,
    [],
    ["    build: .\n", ""],
  ),
  "ports without a list": mistake(
    inWiki('ports:\n      - target: 80\n        published: "8222"\n        x-audience: [lan]', "ports: 8222:80"),
    `${WIKI}:7 services.wiki.ports: must be a list, not a string`,
    "put [ ] around it",
    ["ports: 8222:80", "ports: [{target: 80, published: 8222, x-audience: [lan]}]"],
  ),
  "a port without an audience": mistake(
    inWiki('- target: 80\n        published: "8222"\n        x-audience: [lan]', '- "8222:80"'),
    `${WIKI}:8 services.wiki.ports[0]: port 80 is published without an audience`,
    'write {target: 80, published: "8222", protocol: tcp, x-audience: [lan]}',
    '"8222:80"',
  ),
  "an audience that is none": mistake(
    inWiki("[lan]", "[home]"),
    `${WIKI}:10 services.wiki.ports[0].x-audience[0]: unknown audience "home"`,
    "known here: lan, tailnet, containers, localhost, role:nas, role:ci, role:media, role:agent, host:pi5, host:jellyfin",
    ["home", "lan"],
  ),
  "an audience that is a host without its prefix": mistake(
    inWiki("[lan]", "[jellyfin]"),
    `${WIKI}:10 services.wiki.ports[0].x-audience[0]: unknown audience "jellyfin"`,
    'write "host:jellyfin"',
    "jellyfin",
  ),
  "a host that is none": mistake(
    inWiki("[lan]", '["host:pi6"]'),
    `${WIKI}:10 services.wiki.ports[0].x-audience[0]: there is no host "pi6"`,
    "known here: pi5, jellyfin",
    ["pi6", "pi5"],
  ),
};
