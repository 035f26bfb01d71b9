/**
 * A deploy tool of a few lines, for `stepback deploy` to wrap: `deploy-function NAME VALUE` sets a function's variable
 * VERSION. It speaks the wire protocol itself, since loading an SDK takes longer than everything else that it does. Its
 * requests have the scope of a signature, which the sandbox does not check, so that they act where the environment says.
 */
const [name = "", VERSION = ""] = process.argv.slice(2);
const url = `${process.env["AWS_ENDPOINT_URL"]}/2015-03-31/functions/${name}/configuration`;

interface Configuration {
  readonly LastUpdateStatus: string;
}

const { AWS_ACCESS_KEY_ID: key, AWS_REGION: region } = process.env;
const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/lambda/aws4_request`;

async function request(init: RequestInit = {}): Promise<Configuration> {
  const answer = await fetch(url, { ...init, headers: { authorization, ...init.headers } });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Configuration;
}

let { LastUpdateStatus } = await request({
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ Environment: { Variables: { VERSION } } }),
});
while (LastUpdateStatus === "InProgress") ({ LastUpdateStatus } = await request());
