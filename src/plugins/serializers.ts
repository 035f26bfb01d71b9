import SerializerSelector from "@fastify/fast-json-stringify-compiler";

type SerializerFactory = SerializerSelector.SerializerFactory;
type Serializer = SerializerSelector.Serializer;

/** Serializers by the schemas that they know by name, and by the answer's own schema; both as JSON. */
const known = new Map<string, Map<string, Serializer>>();

const build: SerializerFactory = SerializerSelector();

/**
 * Fastify's own serializers, of which equal ones are compiled once a process, when the first answer needs them. Nearly
 * every route has the same problem documents: to compile all answers of all routes took 0.2 s of each start.
 */
export const buildSerializer: SerializerFactory = (nouns, options) => {
  const compile = build(nouns, options);
  const key = JSON.stringify([nouns, options]);
  const siblings = known.get(key) ?? new Map<string, Serializer>();
  known.set(key, siblings);
  return (route) => {
    const schema = JSON.stringify(route.schema);
    const serialize = siblings.get(schema) ?? whenNeeded(() => compile(route));
    siblings.set(schema, serialize);
    return serialize;
  };
};

function whenNeeded(compile: () => Serializer): Serializer {
  let serialize: Serializer | null = null;
  return (answer) => {
    serialize ??= compile();
    return serialize(answer);
  };
}
