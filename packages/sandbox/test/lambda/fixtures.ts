import { CreateFunctionCommand, type CreateFunctionCommandInput } from "@aws-sdk/client-lambda";
import { type Harness, handlerZip, ROLE } from "../sandbox-harness.ts";

export const FunctionName = "pay";
export const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;

export async function create({ lambda, clock }: Harness, more: Partial<CreateFunctionCommandInput> = {}) {
  const response = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: "nodejs20.x",
      Role: ROLE,
      Handler: "index.handler",
      Code: { ZipFile: handlerZip("one") },
      ...more,
    }),
  );
  clock.advance(200);
  return response;
}
