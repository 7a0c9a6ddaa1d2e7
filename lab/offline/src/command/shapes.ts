// The inputs of the resources and of the function.
import type { Field, Fields, Shape } from "../provider/shapes";

const STRING: Shape = { kind: "string" };
const STRINGS: Shape = { kind: "list", of: STRING };

const endpoint: Fields = {
  host: { shape: STRING, required: true },
  port: { shape: { kind: "number" }, default: 22 },
  user: { shape: STRING, default: "root" },
  password: { shape: STRING, secret: true },
  privateKey: { shape: STRING, secret: true },
  privateKeyPassword: { shape: STRING, secret: true },
  agentSocketPath: { shape: STRING },
  dialErrorLimit: { shape: { kind: "integer" }, default: 10 },
  perDialTimeout: { shape: { kind: "integer" }, default: 15 },
  hostKey: { shape: STRING },
};

const connection: Field = {
  shape: {
    kind: "object",
    fields: {
      ...endpoint,
      proxy: { shape: { kind: "object", fields: endpoint } },
    },
  },
  required: true,
  secret: true,
};

const triggers: Field = {
  shape: { kind: "list", of: { kind: "any" } },
  replaces: "whole",
};

const commands: Fields = {
  create: { shape: STRING },
  update: { shape: STRING },
  delete: { shape: STRING },
  triggers,
};

const process: Fields = {
  stdin: { shape: STRING },
  logging: { shape: STRING },
  environment: { shape: { kind: "map", of: STRING } },
  addPreviousOutputInEnv: { shape: { kind: "boolean" } },
};

const localProcess: Fields = {
  ...process,
  dir: { shape: STRING },
  interpreter: { shape: STRINGS },
  assetPaths: { shape: STRINGS },
  archivePaths: { shape: STRINGS },
};

export const remoteCommand: Fields = { ...commands, ...process, connection };
export const localCommand: Fields = { ...commands, ...localProcess };
export const localRun: Fields = {
  ...localProcess,
  command: { shape: STRING, required: true },
};
export const copyToRemote: Fields = {
  connection,
  triggers,
  source: { shape: { kind: "blob" }, required: true },
  remotePath: { shape: STRING, required: true },
};
