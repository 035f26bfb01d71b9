import { AwsError, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalFlag, optionalText } from "../core/shape.ts";

/** One version of a parameter. */
interface ParameterVersion {
  readonly version: number;
  readonly type: string;
  readonly value: string;
  readonly modifiedAt: Date;
}

const TYPES = ["String", "StringList", "SecureString"];
/** AWS keeps this many versions of a parameter and deletes the oldest one when another comes. */
const MAX_VERSIONS = 100;
const NAME = /^[a-zA-Z0-9_.\-/]+$/;

/** Parameters with their versions. Descriptions, patterns, tiers and tags are accepted and have no effect. */
export class ParameterStore {
  /** The newest version last; never empty. */
  readonly #parameters = new Map<string, readonly ParameterVersion[]>();

  constructor(private readonly context: SandboxContext) {}

  has(selector: string): boolean {
    return this.#find(selector) !== undefined;
  }

  /** The parameter `name`, or `name:3` for one of its versions. A secret is not readable unless it is decrypted. */
  get(selector: string, decrypts: boolean): Shape {
    const found = this.#find(selector);
    const { name, wanted } = parsed(selector);
    if (!found) throw this.#parameters.has(name) ? versionNotFound(name, wanted) : notFound();
    const { region, accountId } = this.context;
    const secret = found.type === "SecureString" && !decrypts;
    return {
      Name: name,
      Type: found.type,
      Value: secret ? Buffer.from(`encrypted:${name}:${found.version}`).toString("base64") : found.value,
      Version: found.version,
      ...(wanted === undefined ? {} : { Selector: `:${wanted}` }),
      LastModifiedDate: found.modifiedAt,
      ARN: `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith("/") ? "" : "/"}${name}`,
      DataType: "text",
    };
  }

  put(input: Shape): Shape {
    const name = checkedName(optionalText(input, "Name") ?? "");
    const versions = this.#parameters.get(name) ?? [];
    const last = versions.at(-1);
    if (last && !(optionalFlag(input, "Overwrite") ?? false)) throw alreadyExists();
    const version: ParameterVersion = {
      version: (last?.version ?? 0) + 1,
      type: checkedType(optionalText(input, "Type") ?? last?.type),
      value: checkedValue(optionalText(input, "Value") ?? ""),
      modifiedAt: new Date(this.context.clock.now()),
    };
    this.#parameters.set(name, [...versions, version].slice(-MAX_VERSIONS));
    return { Version: version.version, Tier: "Standard" };
  }

  /** Throws ParameterNotFound. A parameter that is created again under the name starts with version 1. */
  delete(name: string): void {
    if (!this.#parameters.delete(name)) throw notFound();
  }

  #find(selector: string): ParameterVersion | undefined {
    const { name, wanted } = parsed(selector);
    const versions = this.#parameters.get(name) ?? [];
    return wanted === undefined ? versions.at(-1) : versions.find(({ version }) => version === wanted);
  }
}

function parsed(selector: string): { name: string; wanted: number | undefined } {
  const [, name = selector, version] = /^(.+?):(\d+)$/.exec(selector) ?? [];
  return { name, wanted: version === undefined ? undefined : Number(version) };
}

function checkedName(name: string): string {
  if (NAME.test(name)) return name;
  const rule =
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of';
  throw invalid(`${rule} sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers`);
}

function checkedType(type: string | undefined): string {
  if (type === undefined) throw invalid("A parameter type is required when you create a parameter.");
  if (TYPES.includes(type)) return type;
  const allowed = `Member must satisfy enum value set: [SecureString, StringList, String]`;
  throw invalid(`1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: ${allowed}`);
}

function checkedValue(value: string): string {
  if (value !== "") return value;
  const rule = "Member must have length greater than or equal to 1";
  throw invalid(`1 validation error detected: Value '' at 'value' failed to satisfy constraint: ${rule}`);
}

/** SSM's own words for it are none. */
function notFound(): AwsError {
  return new AwsError("ParameterNotFound", "", 400);
}

function versionNotFound(name: string, version: number | undefined): AwsError {
  const message = `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`;
  return new AwsError("ParameterVersionNotFound", message, 400);
}

function alreadyExists(): AwsError {
  const message =
    "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
  return new AwsError("ParameterAlreadyExists", message, 400);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}
