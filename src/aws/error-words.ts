/** Long enough for every message of AWS's that was recorded; a template echoed back is longer. */
const LONGEST_MESSAGE = 800;

/**
 * Places where AWS's messages repeat what was sent, or what authorises: each replacement keeps the words around it.
 * A lost detail costs a look into the console; a leaked secret costs more.
 */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Lambda repeats the whole environment when it is too large.
  [/String measured: .*/s, "String measured: (left out)"],
  // "Value '{KEY=value}' at 'environment.variables' failed to satisfy constraint": values of settings may be secret.
  [/Value '.*?' at '(environment|parameters|templateBody|code|zipFile)/gis, "A value at '$1"],
  // A signature that does not match comes with the canonical request, which holds the session token.
  [/The Canonical String for this request.*/s, ""],
  // The query of a presigned URL is a password.
  [/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, "$1"],
  [/X-Amz-(Signature|Credential|Security-Token)=[^\s&"'<>]+/gi, "X-Amz-$1=(left out)"],
  // The SDK's advice to its programmers.
  [/\s*Deserialization error:.*/s, ""],
];

/** AWS's own words, without what may be secret and cut to a readable length. */
export function safeWords(message: string): string {
  const words = REPLACEMENTS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message).trim();
  return words.length > LONGEST_MESSAGE ? `${words.slice(0, LONGEST_MESSAGE)}…` : words;
}
