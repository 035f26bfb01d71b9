import { AwsError, type AwsService, type Caller, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { defined, optionalNumber, optionalShape, optionalShapes, optionalText } from "../core/shape.ts";

interface Table {
  readonly name: string;
  readonly keys: readonly string[];
  /** By the JSON of their keys. */
  readonly items: Map<string, Shape>;
}

type Tables = Map<string, Table>;

/** The tables that stacks made, with their items in memory. No expressions, indexes or capacities. */
export function createDynamoDb(): AwsService {
  const tables: Tables = new Map();
  return { name: "dynamodb", call: async (operation, input, caller) => perform(tables, operation, input, caller) };
}

function perform(tables: Tables, operation: string, input: Shape, caller: Caller): Shape {
  const handle = (caller === "cloudformation" ? LIFECYCLE[operation] : undefined) ?? OPERATIONS[operation];
  if (!handle) throw unknownOperation();
  return handle(tables, input);
}

type Operation = (tables: Tables, input: Shape) => Shape;

/** Only stacks make and delete tables, so that CloudFormation knows all of them. */
const LIFECYCLE: Readonly<Record<string, Operation>> = {
  CreateTable: (tables, input) => {
    const name = required(input, "TableName");
    const keys = (optionalShapes(input, "KeySchema") ?? []).map((key) => required(key, "AttributeName"));
    tables.set(name, { name, keys, items: new Map() });
    return {};
  },
  DeleteTable: (tables, input) => {
    tables.delete(required(input, "TableName"));
    return {};
  },
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  PutItem: (tables, input) => {
    const { keys, items } = tableIn(tables, input);
    const item = optionalShape(input, "Item") ?? {};
    items.set(keyOf(item, keys), item);
    return {};
  },
  DeleteItem: (tables, input) => {
    const { keys, items } = tableIn(tables, input);
    items.delete(keyOf(optionalShape(input, "Key") ?? {}, keys));
    return {};
  },
  GetItem: (tables, input) => {
    const { keys, items } = tableIn(tables, input);
    return defined({ Item: items.get(keyOf(optionalShape(input, "Key") ?? {}, keys)) });
  },
  Scan: (tables, input) => scan(tableIn(tables, input), input),
};

/** A page that reaches its limit names its last key, also where nothing follows. */
function scan({ keys, items }: Table, input: Shape): Shape {
  const start = optionalShape(input, "ExclusiveStartKey");
  const all = [...items.entries()];
  const from = start ? all.findIndex(([key]) => key === keyOf(start, keys)) + 1 : 0;
  const limit = optionalNumber(input, "Limit");
  const page = all.slice(from, limit === undefined ? undefined : from + limit).map(([, item]) => item);
  const last = page.length === limit ? page.at(-1) : undefined;
  return defined({
    Items: optionalText(input, "Select") === "COUNT" ? undefined : page,
    Count: page.length,
    ScannedCount: page.length,
    LastEvaluatedKey: last && Object.fromEntries(keys.map((key) => [key, last[key]])),
  });
}

function keyOf(item: Shape, keys: readonly string[]): string {
  const lacking = keys.find((key) => item[key] === undefined);
  if (lacking === undefined) return JSON.stringify(keys.map((key) => item[key]));
  throw invalid(`One or more parameter values were invalid: Missing the key ${lacking} in the item`);
}

function tableIn(tables: Tables, input: Shape): Table {
  const name = required(input, "TableName");
  const table = tables.get(name.slice(name.lastIndexOf("/") + 1));
  if (table) return table;
  throw new AwsError("ResourceNotFoundException", "Requested resource not found", 400);
}

function required(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const rule = `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
  throw invalid(`1 validation error detected: ${rule}`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}
