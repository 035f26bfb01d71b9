/** In characters. Every recorded message of AWS is shorter; an echoed template is longer. */
const LONGEST_MESSAGE = 800;

/**
 * Parts of AWS's messages that repeat the request or hold credentials. Each replacement keeps the words around them.
 * A lost detail costs a visit to the console; a leaked secret costs more.
 */
const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Lambda repeats the whole environment when it is too large.
  [/String measured: .*/s, "String measured: (left out)"],
  // "Value '{KEY=value}' at 'environment.variables' failed to satisfy constraint": the values may be secret.
  [/Value '.*?' at '(environment|parameters|templateBody|code|zipFile)/gis, "A value at '$1"],
  // The message about a wrong signature repeats the canonical request, which holds the session token.
  [/The Canonical String for this request.*/s, ""],
  // The query of a presigned URL is a credential.
  [/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, "$1"],
  [/X-Amz-(Signature|Credential|Security-Token)=[^\s&"'<>]+/gi, "X-Amz-$1=(left out)"],
  // The SDK's advice to developers.
  [/\s*Deserialization error:.*/s, ""],
];

/** AWS's own words without possible secrets, cut to a readable length. */
export function safeWords(message: string): string {
  const words = REPLACEMENTS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), message).trim();
  return words.length > LONGEST_MESSAGE ? `${words.slice(0, LONGEST_MESSAGE)}…` : words;
}
