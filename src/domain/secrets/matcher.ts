/*
 * Finds known values in texts in the forms in which messages quote them. One pass over the text: a table says of most places
 * that no value begins there, and a map names the few that may.
 */

/** Every form has at least this many characters; those that are equal in them share an entry. */
const WINDOW = 8;

/** The table of a matcher without forms has 2 to the power of this many entries, and grows with them so that few are taken. */
const FIRST_BITS = 12;
const ENTRIES_PER_FORM = 8;

export interface Matcher {
  /** Adds a value in all of its forms. Those of fewer than eight characters are not searched for. Idempotent. */
  readonly add: (value: string) => void;
  readonly isIn: (text: string) => boolean;
  /** The text with the stand-in for each form, and for the whole run of base64 where a value is encoded in it. */
  readonly replace: (text: string, standIn: string) => string;
}

interface Form {
  readonly text: string;
  /** In base64, what stands beside the value is encoded together with it, and makes no sense without it. */
  readonly isEncoded: boolean;
}

/** From the first character to the one behind the last. */
type Range = readonly [from: number, to: number];

export function createMatcher(): Matcher {
  const known = new Set<string>();
  let bits = FIRST_BITS;
  let starts = new Uint8Array(1 << bits);
  const forms = new Map<string, Form[]>();

  const grow = (): void => {
    bits += 2;
    starts = new Uint8Array(1 << bits);
    for (const text of known) starts[hashAt(text, 0, bits)] = 1;
  };

  const addForm = (form: Form): void => {
    if (form.text.length < WINDOW || known.has(form.text)) return;
    known.add(form.text);
    if (known.size * ENTRIES_PER_FORM > starts.length) grow();
    starts[hashAt(form.text, 0, bits)] = 1;
    const start = form.text.slice(0, WINDOW);
    const among = forms.get(start);
    // The longest first, so that no rest of it is left where a shorter one is its beginning.
    if (among) among.splice(placeFor(form, among), 0, form);
    else forms.set(start, [form]);
  };

  const findAt = (text: string, at: number): Form | undefined => {
    if (starts[hashAt(text, at, bits)] === 0) return undefined;
    return forms.get(text.slice(at, at + WINDOW))?.find((form) => text.startsWith(form.text, at));
  };

  const rangesIn = (text: string): Range[] => {
    const ranges: [number, number][] = [];
    for (let at = 0; at <= text.length - WINDOW; at += 1) {
      const form = findAt(text, at);
      if (!form) continue;
      const [from, to] = form.isEncoded ? runAround(text, at) : [at, at + form.text.length];
      const last = ranges.at(-1);
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else ranges.push([from, to]);
      // A long run has many places where a value begins.
      if (form.isEncoded) at = to - 1;
    }
    return ranges;
  };

  return {
    add: (value) => {
      for (const text of quoted(value)) addForm({ text, isEncoded: false });
      for (const text of encoded(value)) addForm({ text, isEncoded: true });
    },
    isIn: (text) => {
      for (let at = 0; at <= text.length - WINDOW; at += 1) if (findAt(text, at)) return true;
      return false;
    },
    replace: (text, standIn) => {
      let [result, end] = ["", 0];
      for (const [from, to] of rangesIn(text)) {
        result += text.slice(end, from) + standIn;
        end = to;
      }
      return end === 0 ? text : result + text.slice(end);
    },
  };
}

/** Of the first four characters there, spread over that many bits by the golden ratio, as Knuth does. */
function hashAt(text: string, at: number, bits: number): number {
  const first = (text.charCodeAt(at) << 21) ^ (text.charCodeAt(at + 1) << 14);
  const four = first ^ (text.charCodeAt(at + 2) << 7) ^ text.charCodeAt(at + 3);
  return Math.imul(four, 0x9e3779b1) >>> (32 - bits);
}

function placeFor({ text }: Form, among: readonly Form[]): number {
  const at = among.findIndex((other) => other.text.length < text.length);
  return at < 0 ? among.length : at;
}

/** As it is, within JSON, within JSON in JSON, in JSON of ASCII alone, in the path of a URL, and in a form. */
function quoted(value: string): Set<string> {
  const inJson = escaped(value);
  const inForm = new URLSearchParams([["", value]]).toString().slice(1);
  const inPath = encodeURIComponent(Buffer.from(value).toString());
  const inAscii = inJson.replaceAll(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const forms = [value, inJson, escaped(inJson), inAscii, inPath, inForm];
  return new Set([...forms, ...[inPath, inForm].map(withLowerHex)]);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function withLowerHex(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

/** In base64 at each of the three alignments, in both alphabets, without the characters that what stands beside it decides. */
function encoded(value: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
    const whole = bytes.length - (bytes.length % 3);
    const text = bytes
      .subarray(0, whole)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

const IN_BASE64 = /[\w+/=-]/;

function runAround(text: string, at: number): Range {
  let [from, to] = [at, at];
  while (from > 0 && IN_BASE64.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && IN_BASE64.test(text.charAt(to))) to += 1;
  return [from, to];
}
