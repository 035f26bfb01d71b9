import { AwsError, type Shape } from "./contract.ts";
import type { DecodedCall, Protocol } from "./protocol.ts";
import { bytesOf, textOf, type WireRequest, type WireResponse } from "./wire.ts";
import { escapeXml, shapeToXml } from "./xml.ts";

/**
 * AWS's query protocol, used by CloudFormation and STS: a form comes in, XML goes out.
 *
 * In: `Parameters.member.1.ParameterKey=A` becomes `{ Parameters: [{ ParameterKey: "A" }] }`. Every scalar is a string;
 * a client writes an empty list as `Parameters=`, which arrives as the empty string. Out: dates as ISO 8601, lists with
 * `<member>`, undefined members left out.
 */
export function createQueryProtocol(namespace: string): Protocol {
  return {
    decode,
    encode: ({ operation }, output, requestId) => {
      const result = `<${operation}Result>${shapeToXml(output, "member")}</${operation}Result>`;
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      const xml = `<${operation}Response xmlns="${namespace}">${result}${metadata}</${operation}Response>`;
      return xmlResponse(200, xml, requestId);
    },
    encodeError: (error, requestId) => {
      const content = `<Error>${errorContent(error)}</Error><RequestId>${requestId}</RequestId>`;
      return xmlResponse(error.status, `<ErrorResponse xmlns="${namespace}">${content}</ErrorResponse>`, requestId);
    },
    unknownRegion: ({ region }) =>
      new AwsError("SignatureDoesNotMatch", `Credential should be scoped to a valid region, not '${region}'. `, 403),
  };
}

function decode(request: WireRequest): DecodedCall {
  const form = request.method === "GET" ? request.query : new URLSearchParams(textOf(request.body));
  const operation = form.get("Action");
  if (!operation) throw new AwsError("MissingAction", "The request is missing an action.", 400);
  const root: FormNode = new Map();
  for (const [name, value] of form) {
    if (name !== "Action" && name !== "Version" && !name.startsWith("X-Amz-")) insert(root, name.split("."), value);
  }
  return { operation, input: shapeOf(root) };
}

type FormNode = Map<string, FormNode | string>;

function insert(node: FormNode, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    node.set(head, value);
    return;
  }
  const known = node.get(head);
  const child: FormNode = known instanceof Map ? known : new Map();
  node.set(head, child);
  insert(child, rest, value);
}

function shapeOf(node: FormNode): Shape {
  return Object.fromEntries([...node].map(([name, value]) => [name, memberOf(value)]));
}

function memberOf(value: FormNode | string): unknown {
  if (typeof value === "string") return value;
  const [name, items] = [...value][0] ?? [];
  if (value.size !== 1 || !(items instanceof Map)) return shapeOf(value);
  if (name === "entry") return Object.fromEntries([...items.values()].map(entryOf));
  if (name !== "member") return shapeOf(value);
  return [...items].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => memberOf(item));
}

/** One entry of a map, which the protocol writes as `Name.entry.1.key` and `Name.entry.1.value`. */
function entryOf(entry: FormNode | string): [string, unknown] {
  const pair = entry instanceof Map ? entry : new Map<string, FormNode | string>();
  return [String(pair.get("key")), memberOf(pair.get("value") ?? "")];
}

function errorContent(error: AwsError): string {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const message = escapeXml(error.message);
  const details = shapeToXml(error.details, "member");
  return `<Type>${type}</Type><Code>${error.code}</Code><Message>${message}</Message>${details}`;
}

function xmlResponse(status: number, xml: string, requestId: string): WireResponse {
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body: bytesOf(xml) };
}
