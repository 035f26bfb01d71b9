/*
 * Names that announce a secret: `DB_PASSWORD`, `apiKey`, `StripeSecret`, `x-auth-token`. A name is read word by word, so that
 * `Passenger`, `Monkey` and `TokenValidityUnits` announce nothing.
 */

/** Words after which a value is secret, and pairs of words. */
const WORDS = new Set(
  "password passwords passwd pwd pass passphrase passcode secret secrets token tokens credential credentials apikey pin salt otp hmac jwt bearer".split(
    " ",
  ),
);
const PAIRS = new Set(
  [
    "api key",
    "app key",
    "access key",
    "account key",
    "auth key",
    "auth code",
    "authorization header",
    "client key",
    "connection string",
    "encryption key",
    "hash key",
    "license key",
    "master key",
    "private key",
    "service key",
    "session key",
    "shared key",
    "signing key",
    "ssh key",
    "storage key",
    "stream key",
    "webhook key",
    "basic auth",
    "database url",
    "db url",
    "sentry dsn",
    "webhook url",
    "connection uri",
    "mongo uri",
    "mongodb uri",
    "redis url",
  ].flatMap((pair) => [pair, pair.replaceAll(" ", "")]),
);

/** Words after a telling one that make it the name, the place or a rule of a secret, not the secret: `SecretArn`, `TokenExpiry`. */
const HARMLESS_ENDS = new Set(
  "arn arns id ids identifier name names type types version versions policy length expiry expiration expires validity unit units days hours minutes seconds ttl rotation lambda kms region bucket path file field column header headers parameter param required enabled disabled count size limit source location stage stages label description prefix suffix table endpoint issuer audience algorithm regex format characters lowercase numbers symbols uppercase age use usage owner options config manager role".split(
    " ",
  ),
);

/** Whether a value under this name is secret for the name alone. Pure. */
export function announcesSecret(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (HARMLESS_ENDS.has(last)) return false;
  return words.some((word, at) => WORDS.has(word) || PAIRS.has(word) || PAIRS.has(`${word} ${words[at + 1]}`));
}

function wordsOf(name: string): string[] {
  const spaced = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase();
  return spaced.split(/[^a-z]+/).filter((word) => word !== "");
}
