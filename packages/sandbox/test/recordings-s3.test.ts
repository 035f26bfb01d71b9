import { existsSync, readFileSync } from "node:fs";
import t, { type Test } from "tap";
import { RecordingMatch } from "./replays/lambda/match.ts";
import {
  BUCKET_REPLAYS,
  LIST_REPLAYS,
  PRECONDITION_REPLAYS,
  type Replay,
  VERSION_REPLAYS,
} from "./replays/s3/objects.ts";
import { Stage } from "./replays/s3/stage.ts";
import { UPLOAD_REPLAYS } from "./replays/s3/uploads.ts";

/** Relative to the repository's root, where the tests run. */
const FOLDER = "../shared/aws-recordings-2";
const FILES = ["test_s3_list_operations", "test_s3_preconditions"];

const REPLAYS: Readonly<Record<string, Replay>> = {
  ...BUCKET_REPLAYS,
  ...LIST_REPLAYS,
  ...VERSION_REPLAYS,
  ...UPLOAD_REPLAYS,
  ...PRECONDITION_REPLAYS,
};

/** Texts of the recordings that stand for any value. */
const ANY = new Set(["owner-id", "i-d", "display-name", "bucket", "continuation-token", "next-continuation-token"]);

type Recorded = Readonly<Record<string, { readonly "recorded-content": Readonly<Record<string, unknown>> }>>;

t.test(
  "S3 responds as AWS did in the recordings",
  { skip: existsSync(FOLDER) ? false : `${FOLDER} is missing` },
  async (t) => {
    for (const file of FILES) {
      const recorded = JSON.parse(readFileSync(`${FOLDER}/${file}.json`, "utf8")) as Recorded;
      const count = { recordings: 0, compared: 0, equal: 0 };
      for (const [key, { "recorded-content": content }] of Object.entries(recorded)) {
        const name = key.slice(key.indexOf("Test"));
        const keys = Object.keys(content);
        count.recordings += 1;
        count.compared += keys.length;
        count.equal += keys.length - (await differencesOf(t, name, content)).size;
      }
      const row = `| \`${file}\` | ${count.recordings} | 0 | ${count.compared} | ${count.equal} |`;
      t.comment(row);
      t.match(readFileSync("packages/sandbox/BEHAVIOUR.md", "utf8"), row, "BEHAVIOUR.md has this count");
    }
  },
);

/** The answers of a recording that the sandbox does not give. */
async function differencesOf(t: Test, name: string, content: Readonly<Record<string, unknown>>): Promise<Set<string>> {
  const stage = new Stage();
  await stage.call("CreateBucket");
  const match = new RecordingMatch();
  try {
    const replay = REPLAYS[name];
    if (!replay) throw new Error(`no replay: ${name}`);
    const answers = await replay(stage);
    const found = Object.entries(content).map(([key, recorded]) => ({
      key,
      lines: match.differences(withTokens(recorded), withDates(answers[key])),
    }));
    t.same(
      found.flatMap(({ key, lines }) => lines.map((line) => `${key}${line}`)),
      [],
      `equal: ${name}`,
    );
    return new Set(found.filter(({ lines }) => lines.length > 0).map(({ key }) => key));
  } finally {
    await stage.close();
  }
}

function withTokens(recorded: unknown): unknown {
  if (typeof recorded === "string") return ANY.has(recorded) ? "<any>" : recorded;
  if (Array.isArray(recorded)) return recorded.map(withTokens);
  if (recorded === null || typeof recorded !== "object") return recorded;
  return Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name, withTokens(value)]));
}

function withDates(answer: unknown): unknown {
  if (answer instanceof Date) return answer.toISOString();
  if (Array.isArray(answer)) return answer.map(withDates);
  if (answer === null || typeof answer !== "object") return answer;
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, value]) => (value === undefined ? [] : [[name, withDates(value)]])),
  );
}
