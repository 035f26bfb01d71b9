import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { unreserved } from "./concurrency.ts";
import { sizeOf } from "./function-code.ts";

const GIB = 1024 ** 3;

/** The account's limits, which are AWS's defaults unless the sandbox was given others, and its usage. */
export function accountSettingsOperations(account: LambdaAccount): LambdaOperations {
  return {
    GetAccountSettings: () => {
      const records = [...account.functions.values()];
      return {
        AccountLimit: {
          TotalCodeSize: 300 * GIB,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: account.context.accountConcurrency,
          UnreservedConcurrentExecutions: unreserved(account),
        },
        AccountUsage: { TotalCodeSize: totalCodeSize(account), FunctionCount: records.length },
      };
    },
  };
}

function totalCodeSize(account: LambdaAccount): number {
  const functions = [...account.functions.values()].flatMap((record) => account.versions(record));
  const layers = [...account.layers.values()].flatMap((layer) => [...layer.versions.values()]);
  const functionBytes = functions.reduce((sum, { build }) => sum + sizeOf(build.code), 0);
  return layers.reduce((sum, { content }) => sum + content.byteLength, functionBytes);
}
