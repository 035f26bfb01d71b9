/**
 * Plug-ins that were written for Serverless 3 send requests through the provider, as the AWS SDK 2 took them. osls 4 has no
 * such method. This plug-in gives it back for Lambda, so that what those plug-ins do to an account can be tested.
 */
module.exports = class ProviderRequest {
  constructor(serverless) {
    const provider = serverless.getProvider("aws");
    // The SDK that osls itself uses.
    const sdk = require(require.resolve("@aws-sdk/client-lambda", { paths: [require.main.path] }));
    provider.request = async (_service, operation, input) => {
      const client = new sdk.LambdaClient(await provider.getAwsSdkV3Config());
      const command = sdk[`${operation.charAt(0).toUpperCase()}${operation.slice(1)}Command`];
      return client.send(new command(input));
    };
  }
};
