// The `runtime.options` of a Pulumi.yaml.
import { splitWords } from "./words";

export interface RuntimeOptions {
  /** Let the SDK's run script register ts-node, so that index.ts runs as it is. */
  typescript: boolean;
  tsconfig?: string;
  nodeargs: string[];
  packagemanager: string;
}

export function runtimeOptions(raw: Record<string, unknown>): RuntimeOptions {
  const { typescript, tsconfig, nodeargs, packagemanager } = raw;
  return {
    typescript: typescript === undefined ? true : typescript === true || typescript === "true",
    ...(typeof tsconfig === "string" && tsconfig ? { tsconfig } : {}),
    nodeargs: typeof nodeargs === "string" ? splitWords(nodeargs) : Array.isArray(nodeargs) ? nodeargs.map(String) : [],
    packagemanager: typeof packagemanager === "string" && packagemanager ? packagemanager : "npm",
  };
}
