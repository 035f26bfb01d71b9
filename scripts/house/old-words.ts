/** A word that must not come back, and what to say instead. */
export interface OldWord {
  readonly word: string;
  readonly say: string;
  /** Matches an identifier or a file's name: as it is written, and as lower-case words (`lookedUpValues` is `looked up values`). */
  readonly name?: RegExp;
  /** Matches prose: comments, strings, Markdown. A space stands for any white space. */
  readonly text?: RegExp;
  /** Where the word is the right one. */
  readonly except?: RegExp;
}

const OUTSIDE_SANDBOX = /^(?!.*sandbox)/;

/**
 * Names of API members, stored JSON, table columns and error codes stay (`via`, the column `claim`, `make-room-for-version`,
 * `VALUE_LOOKED_UP`), so no pattern matches them.
 */
export const OLD_WORDS: readonly OldWord[] = [
  { word: "walls", say: "blockers, blocking status", name: /\bwalls?\b(?! ms)/, text: /\bwalls?\b(?![ -]clock)/i },
  { word: "standing", say: "object state, stack progress", name: /\bstandings?\b/ },
  // The tests' `world` is a service with its sandbox.
  { word: "world", say: "schedule state", name: /\bworld\b/, except: /^(test|bench)\// },
  {
    word: "journey, travel",
    say: "schedule, scheduleStacks",
    name: /\bjourneys?\b|\btravel(s|ling)?\b/,
    text: /\bjourneys?\b/i,
  },
  { word: "mover, moving", say: "transition", name: /\bmovers?\b|^moving$|\bmoving (stack|component)s?\b/ },
  { word: "surroundings", say: "external stacks, CliIo", name: /\bsurroundings?\b/, text: /\bsurroundings\b/i },
  // S3's DeleteObjects has a member `Quiet`.
  {
    word: "quiet",
    say: "idle, waitForIdleStacks",
    name: /\b(await|when|is) quiet\b|\bquiet stacks?\b/,
    text: /\bquiet stacks?\b/i,
  },
  {
    word: "make room",
    say: "publishIntermediateVersion",
    name: /\bmak(e|ing) room\b(?! for version)|\bversion room\b/,
  },
  {
    word: "look",
    say: "capture options",
    name: /^looks?$|^Looks?$|\bpicked look\b|^looked$/,
    except: /sandbox|^src\/(aws|domain)\//,
  },
  { word: "live view", say: "cached reader", name: /\blive view\b/, text: /\blive views?\b/i },
  {
    word: "carrier, brought by",
    say: "restoredBy, parent step",
    name: /\bcarriers?\b|\bbrought by\b/,
    text: /\bcarriers?\b/i,
  },
  {
    word: "claim",
    say: "lock",
    name: /^Claim$|\bclaim of\b|\bwidened claim\b|\bclaims? meet\b/,
    text: /\b(the|its|whose) claim\b/i,
  },
  {
    word: "held",
    say: "locked by",
    name: /\brefuse held\b|\bheld functions\b|^held$/,
    except: /sandbox|^src\/store\//,
  },
  { word: "meet", say: "overlaps", name: /\b(claims?|patterns) meet\b/ },
  {
    word: "things",
    say: "owned resources",
    name: /\b(owned|written|physical) things\b|^things$/,
    text: /\bowned[ -]things\b/i,
  },
  {
    word: "looked-up values",
    say: "dynamic references",
    name: /^looked up$|\blooked up (values?|in)\b/,
    text: /\blooked[ -]up[ -]values?\b/i,
  },
  {
    word: "consequences",
    say: "pin changes, affected resources",
    name: /\bconsequences\b/,
    text: /\bconsequences\b/i,
  },
  { word: "doubted", say: "suspect", name: /\bdoubted\b/, text: /\bdoubted\b/i },
  { word: "workshop", say: "handler runner", name: /\bworkshops?\b/, text: /\bworkshops?\b/i },
  {
    word: "front door, door",
    say: "router, endpoint",
    name: /\bdoors?\b/,
    text: /\b(front )?doors?\b/i,
    except: OUTSIDE_SANDBOX,
  },
  { word: "mend", say: "fix", name: /\bmend(s|ed|ing)?\b/, text: /\bmend(s|ed|ing)?\b/i },
  { word: "anew", say: "again", name: /\banew\b/, text: /\banew\b/i },
  { word: "beside the stack", say: "outside the stack", text: /\bbeside (the|its|their|a|any|every|each) stacks?\b/i },
  { word: "goes back", say: "is rolled back", text: /\b(goes|go|going|gone|went) back\b/i },
  { word: "takes back", say: "rolls back", text: /\b(takes?|taking|taken|took) back\b/i },
  { word: "by the path stack", say: "through the stack", text: /\bby the path\b/i },
];

/** How comments must not be built. Each pattern is tried on one sentence. */
export const OLD_SENTENCES: readonly OldWord[] = [
  { word: "whose … is, is", say: "subject, verb, object", text: /\bwhose\b[^,;:]*\b(is|are), (is|are)\b/i },
  { word: "What … is, is", say: "subject, verb, object", text: /^What\b.*\b(is|are|has|do|does), (is|are)\b/ },
  { word: "Answers", say: "Returns", text: /^Answers\b/ },
];
