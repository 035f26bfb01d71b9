/**
 * A deploy tool of a few lines, for `stepback deploy` to wrap: `deploy-function.ts NAME VALUE` gives a function the
 * variable VERSION with that value, and creates it where it does not exist.
 */
import {
  CreateFunctionCommand,
  LambdaClient,
  ResourceNotFoundException,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";

const [FunctionName = "", VERSION = ""] = process.argv.slice(2);
const client = new LambdaClient({});
const Environment = { Variables: { VERSION } };
const ZipFile = zipSync({ "index.js": strToU8("exports.handler = async () => process.env.VERSION;") });

try {
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
} catch (error) {
  if (!(error instanceof ResourceNotFoundException)) throw error;
  const Role = "arn:aws:iam::000000000000:role/shop";
  const settings = { FunctionName, Environment, Role, Runtime: "nodejs20.x", Handler: "index.handler" } as const;
  await client.send(new CreateFunctionCommand({ ...settings, Code: { ZipFile } }));
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
}
