import { include } from "./include.ts";
import { languageExtensions } from "./language-extensions.ts";
import { serverless } from "./serverless/serverless.ts";
import type { Transform } from "./transform.ts";

/** The transforms that AWS hosts. An account's own macros are functions, which the sandbox does not run. */
export const TRANSFORMS: ReadonlyMap<string, Transform> = new Map([
  ["AWS::Include", include],
  ["AWS::LanguageExtensions", languageExtensions],
  ["AWS::Serverless-2016-10-31", serverless],
]);
