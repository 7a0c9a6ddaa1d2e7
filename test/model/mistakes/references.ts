import { inStack, inWiki, mistake, NAS, STACK, WIKI } from "./homelab.js";
import type { Mistake } from "./homelab.js";

/** In a Compose file: what names something else, and the form of values. */
export const BETWEEN_SERVICES: Readonly<Record<string, Mistake>> = {
  "no for false": mistake(
    inStack("transmission: false", "transmission: no"),
    `${STACK}:13 config.homelab:services.transmission: must be true or false, not a string`,
    "write false",
    "no",
  ),
  "a limit of memory that no host has": mistake(
    inWiki("mem_limit: 1g", "mem_limit: 16g"),
    `${WIKI}:16 services.wiki.mem_limit: the memory limits on pi5 add up to 16640 MiB, but only 6554 MiB of its 8192 MiB are for services; this limit is the largest`,
    "lower this or others, or switch services off under homelab:services",
    ["16g", "1g"],
  ),
  "a misspelled dependency": mistake(
    inWiki("depends_on: [db]", "depends_on: [databse]\n  database:\n    image: x:1"),
    `${WIKI}:14 services.wiki.depends_on.databse: there is no service "databse"`,
    'write "database"',
    "databse",
  ),
  "a misspelled network": mistake(
    inWiki("networks: [inner]\n    depends_on", "networks: [iner]\n    depends_on"),
    `${WIKI}:13 services.wiki.networks: there is no network "iner"`,
    'write "inner"',
    "iner",
  ),
  "a volume that is not declared, although another service's is called like it": mistake(
    inWiki("  db-data:\n", ""),
    `${WIKI}:19 services.db.volumes[0]: there is no volume "db-data"`,
    "add db-data: under the top-level volumes:",
  ),
  "a misspelled volume that is declared": mistake(
    inWiki('"db-data:/', '"db-dta:/'),
    `${WIKI}:19 services.db.volumes[0]: there is no volume "db-dta"`,
    'write "db-data"',
    "db-dta",
  ),
  "a folder outside the project": mistake(
    inWiki("wiki-data:/data", "../data:/data"),
    `${WIKI}:12 services.wiki.volumes[0]: ../data lies outside the project's directory`,
    "write the host's absolute path",
    ["../data", "/srv/data"],
  ),
  "a folder of a home": mistake(
    inWiki("wiki-data:/data", "~/data:/data"),
    `${WIKI}:12 services.wiki.volumes[0]: ~ is a home folder, and a host does not know whose`,
    "write an absolute path of the host, such as /srv/data",
    ["~/data", "/srv/data"],
  ),
  "the same in the long form": mistake(
    inWiki("- wiki-data:/data", "- {type: bind, source: ~/data, target: /data}"),
    `${WIKI}:12 services.wiki.volumes[0].source: ~ is a home folder, and a host does not know whose`,
    "write an absolute path of the host, such as /srv/data",
    ["~/data", "/srv/data"],
  ),
  "a path of Windows": mistake(
    inWiki("- wiki-data:/data", "- C:\\data:/data"),
    `${WIKI}:12 services.wiki.volumes[0]: this is a path of Windows, and the host runs Linux`,
    "write an absolute path of the host, such as /srv/data",
    ["C:\\data", "/srv/data"],
  ),
  "a container that another Compose file has": mistake(
    inWiki("image: postgres:18.6", "image: postgres:18.6\n    container_name: homepage"),
    `${WIKI}:19 services.db.container_name: ${NAS} has a container "homepage" on this host already`,
    ["write container_name: wiki-db", "declare it in the same words as there: then it runs once"],
  ),
  "a container that another service has": mistake(
    inWiki("image: postgres:18.6", "image: postgres:18.6\n    container_name: wiki"),
    `${WIKI}:19 services.db.container_name: the service wiki has a container "wiki" on this host already`,
    "write container_name: wiki-db",
  ),
  "a misspelled choice": mistake(
    inWiki("init: true", "x-homelab: {updates: automatc}"),
    `${WIKI}:15 services.wiki.x-homelab.updates: must be pinned or automatic`,
    "write automatic",
    "automatc",
  ),
  "a number where a name belongs": mistake(
    inWiki("init: true", "hostname: 7"),
    `${WIKI}:15 services.wiki.hostname: must be a string, not a number`,
    "put it in quotes",
    ["7", '"7"'],
  ),
};
