/*
 * What a text is by its form alone, whatever its name says.
 */

/**
 * Forms of secrets that no sentence has by accident. What a form may begin with is bounded: without a bound, a long word is read to
 * its end from each of its letters (50 KB of padding took a template 8 s).
 */
const CREDENTIALS: readonly RegExp[] = [
  // A password in a URL: postgres://shop:hunter2@db.example.com.
  /[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@$]*:(?!\$\{)[^\s/@]+@/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // Keys of AWS, GitHub, GitLab, Slack, Stripe, Google, npm, SendGrid, Stepback; JSON web tokens.
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,})/,
  /\bxox[abposr]-[\w-]{10,}|hooks\.slack\.com\/services\/\w+/,
  /\b[rs]k_(?:live|test)_\w{10,}|\bwhsec_\w{10,}/,
  /\bAIza[\w-]{35}|\bnpm_\w{30,}|\bSG\.[\w-]{16,}\.|\bsbk_\w+_\w{20,}/,
  /\beyJ[\w-]{8,2048}\.eyJ[\w-]{8,}\./,
  // The signature of a presigned URL.
  /[?&](?:X-Amz-Signature|X-Amz-Security-Token|sig|signature|token|key|code)=[^&\s$]{8,}/i,
];

/**
 * Assignments within a longer text, with the value as their group: `--password hunter2`, `Password=hunter2;`, `"token": "…"`,
 * `Authorization: Bearer …`. Sentences may have this form, too: `Secret: CloudFormation keeps it`.
 */
const ASSIGNMENTS: readonly RegExp[] = [
  /(?:^|[^a-z])(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key)["']?\s*[=:]\s*["']?(?!\$\{|\{\{resolve|\s|["']|<)([^\s"']{3,})/i,
  /--[a-z-]{0,63}(?:password|passwd|secret|token|api-?key)[ =](?!\$)(\S{3,})/i,
  /\b(?:Bearer|Basic) ([\w+/=.-]{12,})/,
];

export function hasSecretForm(text: string): boolean {
  return [...CREDENTIALS, ...ASSIGNMENTS].some((form) => form.test(text));
}

/** The values that a text assigns under names of secrets, and the passwords of its URLs. Pure. */
export function assignedIn(text: string): string[] {
  return [...ASSIGNED, URL_PASSWORD].flatMap((form) =>
    [...text.matchAll(form)].flatMap(([, value]) => (value ? [value.replace(/[;,)}\]]{1,4}$/, "")] : [])),
  );
}

const ASSIGNED = ASSIGNMENTS.map(everywhere);
const URL_PASSWORD = /:\/\/[^\s/:@]*:([^\s/@]+)@/g;

/** The text with the stand-in where something has the form of a secret that no sentence has by accident. Pure. */
export function withoutCredentials(text: string, standIn: string): string {
  return CREDENTIALS_EVERYWHERE.reduce((rest, form) => rest.replaceAll(form, standIn), text);
}

const CREDENTIALS_EVERYWHERE = CREDENTIALS.map(everywhere);

function everywhere(form: RegExp): RegExp {
  return new RegExp(form.source, `${form.flags}g`);
}

/** Forms of what AWS itself shows to whoever may list: names and places that open nothing. */
const PUBLIC_FORMS: readonly RegExp[] = [
  /^arn:aws[a-z-]*:[^\s]*$/,
  /^(?:ami|vpc|subnet|sg|rtb|igw|nat|eni|vol|snap|lt|i|acl|eipalloc|vpce|tgw|pl|fs|aki|ari)-[0-9a-f]{8,17}$/,
  /^(?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?-[a-z]+-\d[a-z]?$/,
  /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/,
  /^\d{1,12}$/,
  /^(?:true|false|null|none)$/i,
  // Versions, sizes of machines, times: `1.4.2`, `db.t3.micro`, `m5.large`, `2012-10-17`, `rate(5 minutes)`.
  /^v?\d+(?:\.\d+){1,3}$/,
  /^(?:[a-z]+\.)?[a-z]{1,5}\d[a-z0-9-]{0,6}\.(?:nano|micro|small|medium|large|metal|\d*xlarge)$/,
  /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/,
  /^(?:rate|cron|at)\([^)]*\)$/,
  /^(?:dev|devel|development|test|testing|qa|stage|staging|preprod|prod|production|live|main|master|sandbox|default|debug|info|warn|error)$/i,
];

export function hasPublicForm(text: string): boolean {
  return PUBLIC_FORMS.some((form) => form.test(text)) || isDynamicReference(text);
}

/** A reference that CloudFormation resolves names its secret and does not hold it. */
export function isDynamicReference(text: string): boolean {
  return /^\{\{resolve:[^{}]+\}\}$/.test(text);
}

const RANDOM_CHARACTERS = 16;
const RANDOM_BITS = 3.2;

/** Whether a word may be a generated key: long, small and capital letters and digits mixed, hardly a letter twice. */
function isRandom(text: string): boolean {
  if (text.length < RANDOM_CHARACTERS || /\s/.test(text)) return false;
  // Commits, digests, and ids of builds are random, too, and are in everybody's sight; they have no capital letters.
  if (!/\d/.test(text) || !/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const bits = [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
  const changes = text.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  return bits >= RANDOM_BITS && changes >= 3;
}

/**
 * Whether a value of an environment variable is worth finding elsewhere: not a name, an address or a sentence of plain words, which
 * stand in every log and open nothing.
 */
export function isDistinctive(text: string): boolean {
  if (hasPublicForm(text)) return false;
  return hasSecretForm(text) || isRandom(text) || /[^\w\s.:/@,+-]/.test(text);
}

/**
 * Whether a text consists of words alone, as sentences and names of things do: `CloudFormation`, `shop-prod/db`. Messages have those
 * that say nothing of a secret; what `DB_SECRET` holds is often the name of one.
 */
export function isOfWords(text: string): boolean {
  return text.split(/[-_/.:@]/).every((part) => /^(?:[a-z]*|[A-Z]+|(?:[A-Z][a-z]+)+)$/.test(part) && isShort(part));
}

/** No English word that one would write there is longer, and no name of a service of AWS. */
const isShort = (word: string) => word.length < 16;
