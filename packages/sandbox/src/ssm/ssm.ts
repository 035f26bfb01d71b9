import { AwsError, type AwsService, type SandboxContext, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { optionalFlag, optionalText, optionalTexts } from "../core/shape.ts";
import { ParameterStore } from "./parameter-store.ts";

/** AWS reads or deletes this many parameters at once. */
const MAX_NAMES = 10;

/** The Parameter Store of SSM in memory; SSM's other parts do not exist. */
export function createSsm(context: SandboxContext): AwsService {
  const store = new ParameterStore(context);
  return {
    name: "ssm",
    call: async (operation, input) => {
      switch (operation) {
        case "PutParameter":
          return store.put(input);
        case "GetParameter":
          return { Parameter: store.get(requiredText(input, "Name"), decrypts(input)) };
        case "GetParameters":
          return getParameters(store, input);
        case "DeleteParameter":
          store.delete(requiredText(input, "Name"));
          return {};
        case "DeleteParameters":
          return deleteParameters(store, input);
        default:
          throw unknownOperation();
      }
    },
  };
}

/** A name that no parameter has is listed instead of failing the call. */
function getParameters(store: ParameterStore, input: Shape): Shape {
  const names = namesOf(input);
  const InvalidParameters = names.filter((name) => !store.has(name));
  const found = names.filter((name) => store.has(name));
  return { Parameters: found.map((name) => store.get(name, decrypts(input))), InvalidParameters };
}

function deleteParameters(store: ParameterStore, input: Shape): Shape {
  const names = namesOf(input);
  const InvalidParameters = names.filter((name) => !store.has(name));
  const DeletedParameters = names.filter((name) => store.has(name));
  for (const name of DeletedParameters) store.delete(name);
  return { DeletedParameters, InvalidParameters };
}

function decrypts(input: Shape): boolean {
  return optionalFlag(input, "WithDecryption") ?? false;
}

function namesOf(input: Shape): string[] {
  const names = optionalTexts(input, "Names") ?? [];
  if (names.length > 0 && names.length <= MAX_NAMES) return [...new Set(names)];
  const constraint = `Member must have length ${names.length === 0 ? "greater than or equal to 1" : "less than or equal to 10"}`;
  throw invalid(`Value '[${names.join(", ")}]' at 'names' failed to satisfy constraint: ${constraint}`);
}

function requiredText(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw invalid(`Value null at '${member}' failed to satisfy constraint: Member must not be null`);
}

function invalid(problem: string): AwsError {
  return new AwsError("ValidationException", `1 validation error detected: ${problem}`, 400);
}
