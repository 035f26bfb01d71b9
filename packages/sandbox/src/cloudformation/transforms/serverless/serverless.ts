import { mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import { type Transform, TransformError } from "../transform.ts";
import { expandApi, IMPLICIT_API, IMPLICIT_API_RESOURCE } from "./api.ts";
import { expandFunction } from "./function.ts";
import { withGlobals } from "./globals.ts";
import { expandHttpApi, IMPLICIT_HTTP_API, IMPLICIT_HTTP_API_RESOURCE } from "./http-api.ts";
import { expandLayerVersion } from "./layer-version.ts";
import { renamed } from "./rename.ts";
import { type Expander, type SamResource, SamResourceError, type SamTemplate } from "./sam-template.ts";
import { expandSimpleTable } from "./simple-table.ts";

const EXPANDERS: ReadonlyMap<string, Expander> = new Map([
  ["AWS::Serverless::Api", expandApi],
  ["AWS::Serverless::Function", expandFunction],
  ["AWS::Serverless::HttpApi", expandHttpApi],
  ["AWS::Serverless::LayerVersion", expandLayerVersion],
  ["AWS::Serverless::SimpleTable", expandSimpleTable],
]);

const PASSED_ON = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];
const MAIN_ONLY = ["DependsOn", "Metadata", "UpdatePolicy"];

/** Replaces each `AWS::Serverless::…` resource by the plain resources that it stands for, under SAM's ids. */
export const serverless: Transform = ({ Globals, ...document }, scope) => {
  const globals = mapOf(Globals);
  const written = Object.entries(mapOf(document["Resources"])).map(([id, member]) => [id, mapOf(member)] as const);
  const plain = written.filter(([, member]) => !isServerless(member));
  const resources: ValueMap = Object.fromEntries(plain);
  const sam: SamTemplate = { scope, resources, routes: new Map(), names: new Map() };
  const asked = written.filter(([, member]) => isServerless(member));
  const isApi = (member: ValueMap) => /^AWS::Serverless::(Http)?Api$/.test(scalarText(member["Type"]) ?? "");
  // APIs last, because they contain the paths that functions ask for.
  expandAll(
    asked.filter(([, member]) => !isApi(member)),
    { globals, sam },
  );
  const apis = [...asked.filter(([, member]) => isApi(member)), ...implicitApis(sam)];
  expandAll(apis, { globals, sam });
  return mapOf(renamed({ ...document, Resources: resources }, sam.names));
};

/** Reports all faults of the template together, as SAM does. */
function expandAll(
  members: readonly (readonly [string, ValueMap])[],
  { globals, sam }: { globals: ValueMap; sam: SamTemplate },
): void {
  const faults: SamResourceError[] = [];
  for (const [id, member] of members) {
    try {
      Object.assign(sam.resources, expand(samResource(id, member, globals), sam));
    } catch (error) {
      if (!(error instanceof SamResourceError)) throw error;
      faults.push(error);
    }
  }
  if (faults.length === 0) return;
  const head = `Invalid Serverless Application Specification document. Number of errors found: ${faults.length}.`;
  throw new TransformError([head, ...faults.map(({ message }) => message)].join(" "));
}

function expand(resource: SamResource, sam: SamTemplate): ValueMap {
  const expander = EXPANDERS.get(resource.type);
  if (expander) return expander(resource, sam);
  throw new SamResourceError(resource.id, `${resource.type} is not supported by the sandbox.`);
}

function samResource(id: string, member: ValueMap, globals: ValueMap): SamResource {
  const pick = (names: readonly string[]): ValueMap =>
    Object.fromEntries(
      names.flatMap((name): [string, Value][] => (name in member ? [[name, member[name] ?? ""]] : [])),
    );
  return {
    id,
    type: scalarText(member["Type"]) ?? "",
    properties: withGlobals(globals, member),
    attributes: pick(PASSED_ON),
    own: pick(MAIN_ONLY),
  };
}

function implicitApis({ routes }: SamTemplate): [string, ValueMap][] {
  const implicit: [string, ValueMap][] = [
    [IMPLICIT_API, IMPLICIT_API_RESOURCE],
    [IMPLICIT_HTTP_API, IMPLICIT_HTTP_API_RESOURCE],
  ];
  return implicit.filter(([id]) => routes.has(id));
}

function isServerless(member: ValueMap): boolean {
  return scalarText(member["Type"])?.startsWith("AWS::Serverless::") === true;
}
