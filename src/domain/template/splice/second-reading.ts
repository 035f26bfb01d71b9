import { isMap, isScalar, isSeq, type Pair, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { isJsonObject, type Json } from "../../json.ts";
import { plainReading, wordReading } from "./scalar.ts";

/** A string, a number, or a comma before a closing bracket. */
const JSON_TOKEN = /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|,(?=\s*[}\]])/g;
const SHORT_TAG = /^![A-Za-z0-9]+$/;
const TEXT_TAG = "tag:yaml.org,2002:str";

/**
 * A template as data by other parsers than those that know places: what was spliced by places is proven by a reading that
 * shares nothing with them but the meaning of a scalar. Null for a text that these parsers do not take: `yaml` is stricter
 * than CloudFormation about columns.
 */
export function secondReading(text: string): Json | null {
  try {
    const data = text.trimStart().startsWith("{") ? jsonData(text) : yamlData(text);
    return withAttributeLists(data);
  } catch {
    return null;
  }
}

function jsonData(text: string): Json {
  const plain = text.replace(/^\uFEFF/, "").replace(JSON_TOKEN, (_token, string?: string, number?: string) => {
    return string ?? (number === undefined ? " " : JSON.stringify(wordReading(number)));
  });
  return JSON.parse(plain) as Json;
}

function yamlData(text: string): Json {
  const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
  const [fault] = document.errors;
  if (fault) throw fault;
  return nodeData(document.contents);
}

function nodeData(node: unknown): Json {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) throw new TypeError("no value, or an alias");
  if (!node.tag || !SHORT_TAG.test(node.tag)) return content(node, false);
  const name = node.tag.slice(1);
  return { [name === "Ref" || name === "Condition" ? name : `Fn::${name}`]: content(node, true) };
}

function content(node: Scalar | YAMLMap | YAMLSeq, isText: boolean): Json {
  if (isScalar(node)) {
    const text = String(node.value ?? "");
    return isText || node.type !== "PLAIN" || node.tag === TEXT_TAG ? text : plainReading(text);
  }
  if (isSeq(node)) return node.items.map(nodeData);
  const pairs = (node as YAMLMap).items as readonly Pair<unknown, unknown>[];
  return Object.fromEntries(pairs.map(({ key, value }) => [keyText(key), value === null ? null : nodeData(value)]));
}

function keyText(key: unknown): string {
  if (!isScalar(key)) throw new TypeError("a key that is not a text");
  return String(key.value ?? "");
}

/** `Fn::GetAtt: A.B` is the same as `Fn::GetAtt: [A, B]`. */
function withAttributeLists(value: Json): Json {
  if (Array.isArray(value)) return value.map(withAttributeLists);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== "Fn::GetAtt" || typeof item !== "string") return [key, withAttributeLists(item)];
      const [name = "", ...rest] = item.split(".");
      return [key, rest.length === 0 ? [name] : [name, rest.join(".")]];
    }),
  );
}
