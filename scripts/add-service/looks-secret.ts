import { partsOf } from "../../model/compose/template.js";

// What must not get into a repository, going by names and by the look of values.

const SECRET_WORD =
  /(^|_)(PASS|PWD|PW|PSK|PASSPHRASE|KEY|AUTHKEY|APIKEY|CREDENTIALS?|JWT|AUTH|SALT)(_|$)|PASSWORD|PASSWD|TOKEN|SECRET|APIKEY|PRIVATE_KEY/;
const NO_SECRET =
  /_(FILE|PATH|DIR|URL|HOST|PORT|TTL|EXPIRY|EXPIRATION|EXPIRES|EXPIRES_IN|TIMEOUT|LENGTH|NAME|TYPE|METHOD|MODE|PROVIDER|REALM|SCOPES?|ENABLED|ALGORITHM|ID|USER)$/;
const CREDENTIALS_IN_URL = /:\/\/[^/:@\s]*:[^/@\s]+@/;
/** As their makers mark them: JSON web tokens, GitHub, GitLab, OpenAI, Slack, Tailscale, AWS, keys in PEM. */
const MARKED =
  /\beyJ[\w-]{8,}\.|\b(gh[pousr]_|github_pat_|glpat-|xox[abpr]-|tskey-|sk-)[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY/;
const NO_VALUE = /^(|true|false|yes|no|on|off|0|1)$/i;

/** Does a variable of this name hold something that nobody should see? */
export const isSecretName = (name: string): boolean =>
  SECRET_WORD.test(name.toUpperCase()) && !NO_SECRET.test(name.toUpperCase());

/** Is this something that nobody should see, whatever it is called? */
export const isSecretValue = (value: string): boolean => CREDENTIALS_IN_URL.test(value) || MARKED.test(value);

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
export const refersToVariable = (value: string): boolean =>
  partsOf(value)?.some((part) => typeof part !== "string") ?? true;

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
  SECRET_FILE.test(name) ||
  MARKED.test(text) ||
  URL_IN_FILE.test(text) ||
  [...text.matchAll(ASSIGNMENT), ...text.matchAll(ELEMENT)].some(([, key = "", value = ""]) =>
    isSecret(key.replace(/([a-z])([A-Z])/g, "$1_$2").replace(/[.-]/g, "_"), value.trim()),
  );

/** Options of commands whose value nobody should see, with the value last. */
const OPTION =
  /((?:^|\s)--?[\w-]*(?:pass(?:word|wd|phrase)?|token|secret|api-?key|auth-?key|requirepass|masterauth)(?:=|\s+))("[^"]*"|'[^']*'|[^\s"']+)/gi;
const ASSIGNED = /((?:^|[\s,;])(?:password|passwd|pass|token|secret)=)([^\s,;"']+)/gi;

/** Puts something else in the place of each secret in the text of a command or of mount options. */
export function replaceSecrets(text: string, by: (secret: string) => string): string {
  const replace = (whole: string, before: string, value: string): string => {
    const bare = value.replace(/^(["'])(.*)\1$/s, "$2");
    return refersToVariable(bare) || NO_VALUE.test(bare) ? whole : `${before}${by(bare)}`;
  };
  return text
    .replace(OPTION, replace)
    .replace(ASSIGNED, replace)
    .split(/(\s+)/)
    .map((word) => (isSecretValue(word) && !refersToVariable(word) ? by(word) : word))
    .join("");
}

/** Is a word of a command an option whose value, the next word, nobody should see? */
export const takesSecret = (word: string): boolean =>
  /^--?[\w-]*(pass(word|wd|phrase)?|token|secret|api-?key|auth-?key|requirepass|masterauth)$/i.test(word);
