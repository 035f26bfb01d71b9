import { describeApi } from "../../scripts/describe-api.ts";

/** A JSON schema of the OpenAPI document, read as data. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Response {
  readonly content?: Content;
  /** The codes of the error table that an answer with this status may have. */
  readonly "x-codes"?: readonly string[];
}

export interface Operation {
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** As the document writes it: `/v1/deployments/{id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type; empty for an operation without a body. */
  readonly bodies: Content;
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>;
  /** Null for an operation that needs no login. */
  readonly roles: readonly string[] | null;
}

export interface Api {
  readonly operations: readonly Operation[];
  readonly nouns: Readonly<Record<string, Schema>>;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Response & { readonly $ref?: string }>>;
  readonly "x-required-role"?: readonly string[];
}

/** The operations of the OpenAPI document, and its named schemas. */
export async function readApi(): Promise<Api> {
  const { paths, components } = (await describeApi()) as {
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described, components.responses)),
  );
  return { operations, nouns: components.schemas };
}

function operationOf(
  path: string,
  method: string,
  described: Described,
  shared: Readonly<Record<string, Response>>,
): Operation {
  const responses = Object.entries(described.responses).map(([status, response]) => {
    const name = response.$ref?.split("/").at(-1);
    return [status, (name === undefined ? null : shared[name]) ?? response] as const;
  });
  return {
    id: described.operationId,
    method: method.toUpperCase(),
    path,
    parameters: described.parameters ?? [],
    bodies: described.requestBody?.content ?? {},
    responses: Object.fromEntries(responses),
    roles: described["x-required-role"] ?? null,
  };
}

/** The operation that a method and an address reach; null where there is none. Fixed segments go before parameters. */
export function operationAt({ operations }: Api, method: string, address: string): Operation | null {
  const parts = pathOf(address).split("/");
  const wanted = method === "HEAD" ? "GET" : method;
  const fitting = operations.filter((one) => one.method === wanted && fits(one.path.split("/"), parts));
  return fitting.toSorted((one, other) => parametersIn(one) - parametersIn(other))[0] ?? null;
}

/** As the server gets it: `..` is resolved before. */
function pathOf(address: string): string {
  return new URL(`http://localhost${address}`).pathname;
}

function fits(template: readonly string[], parts: readonly string[]): boolean {
  return (
    template.length === parts.length && template.every((one, index) => one.startsWith("{") || one === parts[index])
  );
}

function parametersIn({ path }: Operation): number {
  return path.split("{").length;
}
