import t, { type Test } from "tap";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { KIND_NAMES } from "#src/domain/component/component";
import { openStage } from "../aws/aws-stage.ts";
import { accountOf } from "../support/answers.ts";
import { diskSealing } from "../support/sealing.ts";
import { type Bench, type Benches, kindContract } from "./kind-contract.ts";
import { SPECIMENS } from "./specimens.ts";

/** A sandbox without a socket. Its updates take no time: waiting for them is the gateways' job, not the kinds'. */
async function openSandbox(t: Test): Promise<Bench> {
  const { aws, sandbox, own } = openStage(t, { sandbox: { updateMs: 0 } });
  return {
    aws: accountOf(own).aws,
    access: aws,
    artifacts: (await openDiskArtifacts(t.testdir(), diskSealing())).ofTarget("default"),
    mutations: () => {
      const names = sandbox.calls.mutations().map(({ operation }) => operation);
      sandbox.calls.clear();
      return names;
    },
  };
}

const benches: Benches = { open: openSandbox, skips: () => false };

for (const kind of KIND_NAMES) t.test(kind, (t) => kindContract(t, kind, SPECIMENS[kind], benches));
