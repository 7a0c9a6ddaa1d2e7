type Env = Readonly<Record<string, string | undefined>>;

/** Variables of the environment that hold a secret: those of the workflows, of the engine, and of where it keeps its state. */
const NAMES = [
  "HOMELAB_KEY",
  "GITHUB_TOKEN",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AZURE_CLIENT_SECRET",
  "AZURE_STORAGE_KEY",
  "AZURE_STORAGE_SAS_TOKEN",
  "GOOGLE_CREDENTIALS",
];

/** A shorter one protects nothing, and is a word such as `test`, which messages have for other reasons. */
const LEAST_CHARACTERS = 8;

/** Values of the secrets in an environment. */
export const secretsIn = (env: Env): readonly string[] =>
  NAMES.map((name) => env[name] ?? "").filter((value) => value.length >= LEAST_CHARACTERS);
