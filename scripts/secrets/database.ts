import { SecretText } from "../../model/text.js";
import type { Text } from "../../model/text.js";
import type { DeclaredService } from "../../model/services/declared.js";
import { UserError } from "../lib/command.js";
import type { Change } from "./sql.js";

// A database reads its password from the environment when it is made, and never again: it keeps the password itself.

/** An account of a database that runs, whose password is a secret of the homelab. */
export interface DatabaseAccount extends Change {
  readonly at: DeclaredService;
}

/** How a database's image is told of an account. */
interface AccountVariables {
  /** The one with the password; with _FILE behind it, the one with the path of a file that has it. */
  readonly password: string;
  /** The one with the name of the account; without it, the account always has the default's name. */
  readonly account?: string;
  readonly byDefault: string;
}

const mysqlLike = (...prefixes: readonly string[]): AccountVariables[] =>
  prefixes.flatMap((prefix) => [
    { password: `${prefix}_ROOT_PASSWORD`, byDefault: "root" },
    { password: `${prefix}_PASSWORD`, account: `${prefix}_USER`, byDefault: "" },
  ]);

const POSTGRES: AccountVariables = { password: "POSTGRES_PASSWORD", account: "POSTGRES_USER", byDefault: "postgres" };

/** By the last part of the image's name: https://hub.docker.com/_/postgres, /mariadb, /mysql, and what is built on them. */
const IMAGES: Readonly<Record<string, { readonly engine: Change["engine"]; readonly variables: AccountVariables[] }>> =
  {
    postgres: { engine: "postgres", variables: [POSTGRES] },
    postgis: { engine: "postgres", variables: [POSTGRES] },
    pgvector: { engine: "postgres", variables: [POSTGRES] },
    timescaledb: { engine: "postgres", variables: [POSTGRES] },
    mariadb: { engine: "mariadb", variables: mysqlLike("MARIADB", "MYSQL") },
    mysql: { engine: "mysql", variables: mysqlLike("MYSQL") },
  };

/**
 * The accounts of databases whose password a secret is.
 *
 * @throws UserError where it is only a part of a password, or nothing says whose it is
 */
export const accountsWith = (secret: string, services: readonly DeclaredService[]): DatabaseAccount[] =>
  services.flatMap((service) => accountsOf(secret, service));

/** As in pi4-ci/postgres. */
export const placeOf = ({ at }: DatabaseAccount): string => `${at.host}/${at.service.name}`;

function accountsOf(secret: string, at: DeclaredService): DatabaseAccount[] {
  const { engine, variables } = IMAGES[imageName(at.service.definition.image)] ?? {};
  if (engine === undefined || variables === undefined) {
    return [];
  }
  return variables.flatMap(({ password, account: variable, byDefault }) => {
    const text = valueOf(at, password);
    if (!(text instanceof SecretText) || !text.names.includes(secret)) {
      return [];
    }
    const account = (variable === undefined ? undefined : valueOf(at, variable)) ?? byDefault;
    if (!isAll(text) || typeof account !== "string" || account === "") {
      throw new UserError(
        `${at.host}/${at.service.name} keeps ${secret} as a part of its ${password}, or for an account whose name is not in plain text: ` +
          "change it in the database, then set it by npx pulumi config set.",
      );
    }
    return [{ at, engine, account: account.trim() }];
  });
}

/** As in postgres for docker.io/library/postgres:18.6@sha256:…. */
const imageName = (image: string): string => (image.split("/").at(-1) ?? "").replace(/[:@].*$/, "");

/** What a variable of a service says, or the file that NAME_FILE names. */
function valueOf({ service: { definition, files } }: DeclaredService, variable: string): Text | undefined {
  const file = definition.environment[`${variable}_FILE`];
  return definition.environment[variable] ?? files.find(({ path }) => path === file)?.content;
}

/** Is the text one secret and nothing else? */
const isAll = ({ parts }: SecretText): boolean => parts.filter((part) => part !== "").length === 1;
