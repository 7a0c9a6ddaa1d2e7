// Which plugins does a program need? Those whose npm package says `"pulumi": {"resource": true}`.
import * as fs from "node:fs";
import * as path from "node:path";

export interface RequiredPackage {
  name: string;
  kind: "resource";
  version: string;
  server: string;
  parameterization?: { name: string; version: string; value: string };
}

interface Manifest {
  name?: string;
  version?: string;
  pulumi?: {
    resource?: boolean;
    name?: string;
    version?: string;
    server?: string;
    parameterization?: { name?: string; version?: string; value?: string };
  };
}

/** Every package under the node_modules folders of the program's directory and its ancestors. */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  const visited = new Set<string>();
  for (let dir = path.resolve(programDirectory); ; dir = path.dirname(dir)) {
    visitModules(path.join(dir, "node_modules"), visited, found);
    if (dir === path.dirname(dir)) {
      break;
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function visitModules(modules: string, visited: Set<string>, found: Map<string, RequiredPackage>): void {
  for (const entry of list(modules)) {
    if (entry.startsWith(".")) {
      continue;
    }
    const dir = path.join(modules, entry);
    const packages = entry.startsWith("@") ? list(dir).map((name) => path.join(dir, name)) : [dir];
    for (const pkg of packages) {
      visitPackage(pkg, visited, found);
    }
  }
}

function visitPackage(dir: string, visited: Set<string>, found: Map<string, RequiredPackage>): void {
  let real: string;
  let manifest: Manifest;
  try {
    real = fs.realpathSync(dir);
    if (visited.has(real)) {
      return;
    }
    visited.add(real);
    manifest = JSON.parse(fs.readFileSync(path.join(real, "package.json"), "utf8")) as Manifest;
  } catch {
    return; // not a package, or a broken one: the program will say so if it needs it
  }
  const required = describe(manifest);
  if (required) {
    found.set(`${required.name}@${required.version}`, required);
  }
  visitModules(path.join(real, "node_modules"), visited, found);
}

function describe({ name = "", version = "", pulumi }: Manifest): RequiredPackage | undefined {
  if (!pulumi?.resource) {
    return undefined;
  }
  const plugin = pulumi.name || (name.startsWith("@pulumi/") ? name.slice("@pulumi/".length) : "");
  const pluginVersion = pulumi.version || version;
  if (!plugin || !pluginVersion) {
    return undefined;
  }
  const p = pulumi.parameterization;
  return {
    name: plugin,
    kind: "resource",
    version: `v${pluginVersion.replace(/^v/, "")}`,
    server: pulumi.server ?? "",
    ...(p?.name && p.version
      ? {
          parameterization: {
            name: p.name,
            version: p.version,
            value: p.value ?? "",
          },
        }
      : {}),
  };
}

function list(dir: string): string[] {
  try {
    return fs.readdirSync(dir);
  } catch {
    return [];
  }
}

export interface Dependency {
  name: string;
  version: string;
}

/** What `pulumi about` lists: the packages in package-lock.json, only the direct ones by default. */
export function programDependencies(dir: string, transitive: boolean): Dependency[] {
  const lock = JSON.parse(fs.readFileSync(path.join(dir, "package-lock.json"), "utf8")) as {
    packages?: Record<string, { version?: string; name?: string; link?: boolean }>;
  };
  const manifest = JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const direct = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})]);
  const marker = "node_modules/";
  return Object.entries(lock.packages ?? {})
    .filter(([location, entry]) => location !== "" && entry.version !== undefined)
    .filter(([location]) => transitive || (location.startsWith(marker) && direct.has(location.slice(marker.length))))
    .map(([location, entry]) => ({
      name: entry.name ?? location.slice(location.lastIndexOf(marker) + marker.length),
      version: entry.version ?? "",
    }));
}
