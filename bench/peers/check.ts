import { createHash } from "node:crypto";
import type { Lab } from "../../lab/lab.js";
import { PREFIX } from "./work.js";
import type { Item } from "./work.js";

/** What is on a host, as text: digests of files, rules of UFW, networks, volumes, and containers with their environment. */
const LOOK = `
  sha256sum $(find /srv/peer -type f) 2>/dev/null
  ufw show added | sed 's/^ufw //'
  docker network ls --format 'network {{.Name}}'
  docker volume ls --format 'volume {{.Name}}'
  docker ps -aq | xargs -r docker inspect --format '{{$name := .Name}}container {{.Name}} {{.Config.Image}}{{range .Config.Env}}
env {{$name}} {{.}}{{end}}'
`;

/**
 * Looks for what the other tools were to do.
 *
 * @param but a host that is off
 * @throws Error if any of it is not there
 */
export async function checkDone(lab: Lab, work: ReadonlyMap<string, readonly Item[]>, but?: string): Promise<void> {
  const hosts = [...work].filter(([host]) => host !== but);
  const missing = await Promise.all(
    hosts.map(async ([host, items]) => {
      const { stdout } = await lab.root(host, ["sh", "-c", LOOK]);
      const there = new Set(stdout.split("\n"));
      const lines = items.flatMap(linesOf).filter((line) => !there.has(line));
      return lines.map((line) => `${host}: ${line}`);
    }),
  );
  if (missing.flat().length > 0) {
    throw new Error(`not done:\n${missing.flat().join("\n")}`);
  }
}

function linesOf(item: Item): string[] {
  switch (item.kind) {
    case "folder":
      return [];
    case "file":
      return [`${createHash("sha256").update(item.content).digest("hex")}  ${item.path}`];
    case "rule":
      return [item.rule];
    case "network":
    case "volume":
      return [`${item.kind} ${PREFIX}${item.name}`];
    case "container": {
      const name = `/${PREFIX}${item.name}`;
      return [
        `container ${name} ${item.image}`,
        ...Object.entries(item.env).map(([key, value]) => `env ${name} ${key}=${value}`),
      ];
    }
  }
}
