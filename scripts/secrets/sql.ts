/** A database's account whose password changes. */
export interface Change {
  readonly engine: "postgres" | "mariadb" | "mysql";
  readonly account: string;
}

interface Passwords {
  readonly former: string;
  readonly next: string;
}

/** A program in the database's container, and what it reads from its standard input: passwords are nowhere else. */
export interface DatabaseCommand {
  readonly command: readonly string[];
  readonly input: string;
}

/** What changes the password of a database's account. */
export function changePassword({ engine, account }: Change, passwords: Passwords): DatabaseCommand {
  return engine === "postgres" ? inPostgres(account, passwords) : inMysql(engine, account, passwords);
}

/** By the local socket, on which the image lets its own accounts in without a password. */
function inPostgres(account: string, { next }: Passwords): DatabaseCommand {
  const options = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"];
  return {
    command: ["psql", ...options, `--username=${account}`, "--dbname=postgres"],
    input: [
      // The statement must not get into the database's log, neither as it is nor because it failed.
      "SET log_statement TO 'none';",
      "SET log_min_duration_statement TO -1;",
      "SET log_min_error_statement TO 'panic';",
      "SET standard_conforming_strings TO on;",
      `ALTER ROLE "${account.replaceAll('"', '""')}" PASSWORD '${next.replaceAll("'", "''")}';`,
      "",
    ].join("\n"),
  };
}

/**
 * The client logs in with the former password and runs one statement; it takes both from a file of options, which is its
 * standard input (https://dev.mysql.com/doc/refman/8.4/en/option-files.html). It opens that by name, so that it has to be
 * a pipe, as `docker exec` makes it.
 */
function inMysql(engine: "mariadb" | "mysql", account: string, { former, next }: Passwords): DatabaseCommand {
  const password = sqlText(next);
  const own = engine === "mariadb" ? `SET PASSWORD = PASSWORD(${password})` : `SET PASSWORD = ${password}`;
  // The image makes root twice, for its own host and for others.
  const everyRoot = ["localhost", "%"].map((host) => `'root'@'${host}' IDENTIFIED BY ${password}`).join(", ");
  const statement = account === "root" ? `ALTER USER IF EXISTS ${everyRoot}` : own;
  return {
    command: [engine, "--defaults-extra-file=/dev/stdin", "--batch"],
    input: [
      "[client]",
      `user=${optionValue(account)}`,
      `password=${optionValue(former)}`,
      `init-command=${optionValue(statement)}`,
      "",
    ].join("\n"),
  };
}

const sqlText = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

const optionValue = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
