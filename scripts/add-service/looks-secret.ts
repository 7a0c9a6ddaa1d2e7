import { partsOf } from "../../model/compose/template.js";

// What must not get into a repository, going by names and by the look of values.

const SECRET_WORD =
  /(^|_)(PASS|PWD|PW|PSK|PASSPHRASE|KEY|AUTHKEY|APIKEY|CREDS|CREDENTIALS?|JWT|AUTH|SALT)(_|$)|PASSWORD|PASSWD|TOKEN|SECRET|APIKEY|PRIVATE_KEY/;
const NO_SECRET =
  /_(FILE|PATH|DIR|URL|HOST|PORT|TTL|EXPIRY|EXPIRATION|EXPIRES|EXPIRES_IN|TIMEOUT|LENGTH|NAME|TYPE|METHOD|MODE|PROVIDER|REALM|SCOPES?|ENABLED|ALGORITHM|ID|USER)$/;
const CREDENTIALS_IN_URL = /:\/\/[^/:@\s]*:[^/@\s]+@/;
/** As their makers mark them: JSON web tokens, GitHub, GitLab, OpenAI, Slack, Tailscale, AWS, Plex, keys in PEM. */
const MARKED =
  /\beyJ[\w-]{8,}\.|\b(gh[pousr]_|github_pat_|glpat-|xox[abpr]-|tskey-|sk-|claim-)[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;
/** Addresses that nobody else may know: webhooks of Discord, Slack and Telegram's bots, and those of Sentry. */
const SECRET_ADDRESS =
  /discord(?:app)?\.com\/api\/webhooks\/\d|hooks\.slack\.com\/services\/|api\.telegram\.org\/bot\d|:\/\/[\da-f]{32}@/i;
/** 32 bytes in base64, as WireGuard has them. */
const WIREGUARD_KEY = /(?:^|[\s=])[A-Za-z\d+/]{42}[AEIMQUYcgkosw048]=(?:$|\s)/;
/** As databases take them: `…?user=a&password=b`, `Server=a;Password=b`. */
const IN_CONNECTION = /[?&;,]\s*(?:password|passwd|pwd|api_?key|token|secret)\s*=\s*([^\s&;,"']+)/gi;
const NO_VALUE = /^(|true|false|yes|no|on|off|0|1)$/i;

/** Does a variable of this name hold something that nobody should see? */
export const isSecretName = (name: string): boolean =>
  SECRET_WORD.test(name.toUpperCase()) && !NO_SECRET.test(name.toUpperCase());

/** Is this something that nobody should see, whatever it is called? */
export const isSecretValue = (value: string): boolean =>
  [CREDENTIALS_IN_URL, MARKED, SECRET_ADDRESS, WIREGUARD_KEY].some((it) => it.test(value)) ||
  [...value.matchAll(IN_CONNECTION)].some(([, it = ""]) => !NO_VALUE.test(it)) ||
  (value.includes("\n") && assignsSecret(value));

/** Is the value of a variable something that nobody should see? A reference to another variable is none. */
export const isSecret = (name: string, value: string): boolean =>
  !NO_VALUE.test(value) && (isSecretName(name) || isSecretValue(value)) && !refersToVariable(value);

const SECRET_LABEL = /(^|[._-])(password|passwd|token|secret|api-?key|key)$|\.(basic|digest)auth\.users$/i;

/** Is the value of a label something that nobody should see? Names of labels have other words than those of variables. */
export const isSecretLabel = (label: string, value: string): boolean =>
  !NO_VALUE.test(value) &&
  !refersToVariable(value) &&
  (isSecretValue(value) || (SECRET_LABEL.test(label) && !value.startsWith("/")));

/** Is there a reference to a variable in it? */
const refersToVariable = (value: string): boolean => partsOf(value)?.some((part) => typeof part !== "string") ?? true;

const SECRET_FILE =
  /(^|[._-])(id_(rsa|dsa|ecdsa|ed25519)|secrets?|passwords?|passwd|htpasswd|credentials?|tokens?|env)($|[._-])|\.(pem|key|p12|pfx|kdbx|jks)$|^acme\.json$/i;
/** At the beginning of a line, of an item of a list, or of an entry in braces. */
const ASSIGNMENT =
  /(?:^|[{,])[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z][\w.-]*)["']?[ \t]*[=:][ \t]*["']?([^"'\s#,}][^"'\n,}]*)/gm;
const ELEMENT = /<([A-Za-z][\w.-]*)>([^<\n]+)<\//g;
/** As CREDENTIALS_IN_URL, where braces and angle brackets are places for a password. */
const URL_IN_FILE = /:\/\/[^/:@\s]*:(?![{<$%])[^/@\s]+@/;

/** Is a file one that nobody should see, by its name or by what it assigns? */
export const isSecretFile = (name: string, text: string): boolean =>
  SECRET_FILE.test(name) || MARKED.test(text) || URL_IN_FILE.test(text) || assignsSecret(text);

/** Is something secret by its name given a value in it? */
function assignsSecret(text: string): boolean {
  return [...text.matchAll(ASSIGNMENT), ...text.matchAll(ELEMENT)].some(([, key = "", value = ""]) =>
    isSecretOfFile(key, value),
  );
}

const isSecretOfFile = (key: string, value: string): boolean =>
  isSecret(key.replace(/([a-z])([A-Z])/g, "$1_$2").replace(/[.-]/g, "_"), value.trim());

/** Puts something else in the place of each value that is secret by its name, in the text of a file. */
export const replaceAssigned = (text: string, by: (key: string, secret: string) => string): string =>
  text.replace(ASSIGNMENT, (whole: string, key: string, value: string) =>
    isSecretOfFile(key, value) ? whole.slice(0, -value.length) + by(key, value.trim()) : whole,
  );

const IN_COMMENT =
  /^([ \t#]*(?:-[ \t]+)?(?:export[ \t]+)?["']?([A-Za-z][\w.-]*)["']?[ \t]*[=:][ \t]*)("[^"]*"|'[^']*'|[^\s"']+)(["']?[ \t]*)$/;

/** A comment without the secrets of what was commented out. Words about a password stay. */
export const withoutSecrets = (comment: string): string =>
  comment
    .split("\n")
    .map((line) => {
      const [, before = "", key = "", value = "", after = ""] = IN_COMMENT.exec(line) ?? [];
      return key !== "" && isSecretOfFile(key, value.replace(/^(["'])(.*)\1$/, "$2"))
        ? `${before}…${after}`
        : replaceSecrets(line, () => "…");
    })
    .join("\n");

/** Options of commands whose value nobody should see, with the value last. */
const OPTION =
  /((?:^|\s)--?[\w-]*(?:pass(?:word|wd|phrase)?|token|secret|api-?key|auth-?key|requirepass|masterauth)(?:=|\s+))("[^"]*"|'[^']*'|[^\s"']+)/gi;
const ASSIGNED = /((?:^|[\s,;"'])(?:[\w.-]*[_.-]|PG)?(?:password|passwd|pass|token|secret|MYSQL_PWD)=)([^\s,;"']+)/gi;
/** `redis-cli -a SECRET`, `mysql -pSECRET`, `curl -u NAME:SECRET`: what the option means depends on the program. */
const OF_PROGRAM = [
  /(\b(?:redis|valkey)-cli\b[^|;&]*?\s-a\s+["']?)([^\s"']+)/g,
  /(\b(?:mysql|mariadb)[\w-]*\b[^|;&]*?\s-p)([^\s"']+)/g,
  /(\bcurl\b[^|;&]*?\s(?:-u|--user)[=\s]*["']?[^\s:"']+:)([^\s"']+)/g,
];
const HEADER = /((?:\bAuthorization:\s*\w+|\bX-[\w-]*(?:Key|Token)[\w-]*:)\s+)([^\s"']+)/gi;
/** A variable of the container, which its shell puts in. */
const OF_THE_CONTAINER = /^\$\$(?:\{?[A-Z_][A-Z\d_]*\}?$|\()/;

/** Does a word of a command get its value from a variable, of the file or of the container? */
export const isReference = (word: string): boolean => refersToVariable(word) || OF_THE_CONTAINER.test(word);

/** Puts something else in the place of each secret in the text of a command or of mount options. */
export function replaceSecrets(text: string, by: (secret: string) => string): string {
  const replace = (whole: string, before: string, value: string): string => {
    const bare = value.replace(/^(["'])(.*)\1$/s, "$2");
    return isReference(bare) || NO_VALUE.test(bare) ? whole : `${before}${by(bare)}`;
  };
  return [OPTION, ASSIGNED, ...OF_PROGRAM, HEADER]
    .reduce((left, pattern) => left.replace(pattern, replace), text)
    .split(/(\s+)/)
    .map((word) => (isSecretValue(word) && !refersToVariable(word) ? by(word) : word))
    .join("");
}

/** Is a word of a command, given with all of them, an option whose value, the next word, nobody should see? */
export const takesSecret = (word: string, command: readonly string[]): boolean =>
  /^--?[\w-]*(pass(word|wd|phrase)?|token|secret|api-?key|auth-?key|requirepass|masterauth)$/i.test(word) ||
  (word === "-a" && command.some((it) => /(redis|valkey)-cli$/.test(it))) ||
  (/^(-u|--user)$/.test(word) && command.some((it) => /\bcurl$/.test(it)));

/** Is a word of a command an option that has its secret in it? */
export const holdsSecret = (word: string, command: readonly string[]): boolean =>
  /^-p./.test(word) && !isReference(word.slice(2)) && command.some((it) => /\b(mysql|mariadb)[\w-]*$/.test(it));
