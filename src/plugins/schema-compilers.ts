import AjvCompiler from "@fastify/ajv-compiler";
import SerializerSelector from "@fastify/fast-json-stringify-compiler";
import { type ControlFault, controlFaults } from "./control-characters.ts";

/*
 * Fastify's own compilers of schemas, whose work a second app of the same process takes over. Nearly every route has the
 * same problem documents: to compile all answers of all routes took 0.2 s of each start.
 */

type Serializer = SerializerSelector.Serializer;
type Validator = ReturnType<AjvCompiler.BuildCompilerFromPool>;

const serializerOf = SerializerSelector();
const validatorOf = AjvCompiler();
const serializers = new Map<string, Serializer>();
const validators = new Map<string, ReturnType<Validator>>();

/** Equal schemas share a serializer, which is compiled when the first answer needs it. */
export const buildSerializer: SerializerSelector.SerializerFactory = (nouns, options) => {
  const compile = serializerOf(nouns, options);
  return (route) => found(serializers, [namesOf(nouns), route.schema, options], () => whenNeeded(() => compile(route)));
};

export const buildValidator: AjvCompiler.BuildCompilerFromPool = (nouns, options) => {
  const compile = validatorOf(nouns, options);
  return (route) =>
    found(validators, [namesOf(nouns), route, options], () =>
      refusingControls(compile(route), (data) => controlFaults(data, schemaOf(route), nouns ?? {})),
    );
};

/** What Fastify hands over is the route's schema with the part of the request that it is of, unlike what the types say. */
function schemaOf(route: unknown): unknown {
  return typeof route === "object" && route !== null && "schema" in route ? route.schema : {};
}

/** Adds what no schema says of a text: that it has no control characters. One answer lists the faults of both. */
function refusingControls(
  validate: ReturnType<Validator>,
  faultsIn: (data: unknown) => readonly ControlFault[],
): ReturnType<Validator> {
  const both = Object.assign(
    (data: unknown) => {
      const isValid = validate(data);
      const faults = faultsIn(data);
      both.errors = [...(validate.errors ?? []), ...faults];
      return isValid && faults.length === 0;
    },
    { errors: [] as unknown[] },
  );
  return both as unknown as ReturnType<Validator>;
}

/** An app has all nouns or, before they are added, none: the names tell one from the other. */
function namesOf(nouns: unknown): string[] {
  return Object.keys(nouns ?? {});
}

function found<Compiled>(known: Map<string, Compiled>, key: unknown, compile: () => Compiled): Compiled {
  const text = JSON.stringify(key);
  const compiled = known.get(text) ?? compile();
  known.set(text, compiled);
  return compiled;
}

function whenNeeded(compile: () => Serializer): Serializer {
  let serialize: Serializer | null = null;
  return (answer) => {
    serialize ??= compile();
    return serialize(answer);
  };
}
