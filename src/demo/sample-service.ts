import { strToU8, zipSync } from "fflate";

/**
 * A small shop, in two versions. Its stack holds two functions, one of them behind an alias, their role, and a topic whose
 * ARN it exports. A tool is outside any stack, as if a script had deployed it.
 */

export const STACK = "shop-demo";
export const CODE_BUCKET = "shop-demo-code";
/** Version 2 deletes it. */
export const TOOL = "shop-demo-tool-report";
export const TOOL_PATTERN = "shop-demo-tool-*";

export type Version = "v1" | "v2";

/** What the demo invokes: a function or an alias, with an order that version 1 handles. */
export const CALLS = [
  { name: "shop-demo-pay", event: { net: 100 } },
  { name: "shop-demo-pay:live", event: { net: 100 } },
  { name: "shop-demo-cart", event: { items: ["tea", "cup"] } },
] as const;

const PAY_V1 = `
export const handler = async ({ net }) => ({ charged: net * 1.19 });
`;

/** The broken one: it reads a member that orders do not have. */
const PAY_V2 = `
export const handler = async (order) => ({ charged: order.total.net * 1.19 });
`;

const CART = `
export const handler = async ({ items }) => {
  const limit = Number(process.env.MAX_ITEMS);
  if (Number.isNaN(limit)) throw new Error("MAX_ITEMS is not a number");
  return { items: items.length, limit };
};
`;

const REFUND = `
export const handler = async ({ net }) => ({ refunded: net });
`;

const REPORT = `
export const handler = async () => ({ orders: 0 });
`;

/** Zips by their keys in the bucket. */
export function codeObjects(version: Version): ReadonlyMap<string, Uint8Array> {
  const sources = {
    pay: version === "v1" ? PAY_V1 : PAY_V2,
    cart: CART,
    ...(version === "v2" ? { refund: REFUND } : {}),
  };
  return new Map(Object.entries(sources).map(([name, source]) => [codeKey(version, name), zipOf(source)]));
}

export function toolCode(): Uint8Array {
  return zipOf(REPORT);
}

/** The template as submitted. It publishes a version of `pay` whenever the code changes, as frameworks do. */
export function template(version: Version): string {
  const payVersion = `PayVersion${version.toUpperCase()}`;
  const resources = {
    Role: role(),
    Orders: { Type: "AWS::SNS::Topic", Properties: { TopicName: "shop-demo-orders" } },
    Pay: lambda("pay", version, { ORDERS: { Ref: "Orders" } }),
    [payVersion]: {
      Type: "AWS::Lambda::Version",
      DeletionPolicy: "Retain",
      Properties: { FunctionName: { Ref: "Pay" }, Description: version },
    },
    PayLive: {
      Type: "AWS::Lambda::Alias",
      Properties: {
        FunctionName: { Ref: "Pay" },
        FunctionVersion: { "Fn::GetAtt": [payVersion, "Version"] },
        Name: "live",
      },
    },
    Cart: lambda("cart", version, { MAX_ITEMS: version === "v1" ? "20" : "twenty" }),
    ...(version === "v2" ? { Refund: lambda("refund", version, {}) } : {}),
  };
  const outputs = { Orders: { Value: { Ref: "Orders" }, Export: { Name: "shop-demo-orders" } } };
  return JSON.stringify({ Resources: resources, Outputs: outputs }, null, 2);
}

function lambda(name: string, version: Version, variables: Readonly<Record<string, unknown>>) {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: `shop-demo-${name}`,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      Code: { S3Bucket: CODE_BUCKET, S3Key: codeKey(version, name) },
      Environment: { Variables: variables },
    },
  };
}

function role() {
  const statement = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  return {
    Type: "AWS::IAM::Role",
    Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [statement] } },
  };
}

function codeKey(version: Version, name: string): string {
  return `${version}/${name}.zip`;
}

/** The same source gives the same bytes, since the entry's time is fixed. */
function zipOf(source: string): Uint8Array {
  return zipSync({ "index.mjs": strToU8(source.trimStart()) }, { mtime: "2026-01-01T00:00:00" });
}
