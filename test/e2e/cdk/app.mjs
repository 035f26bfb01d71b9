/**
 * Two stacks in the shapes that CDK gives them, in every version that the test deploys: `node app.mjs FOLDER` writes one
 * cloud assembly a version. Synthesizing once is faster than letting each command of the CLI do it.
 */
import { join } from "node:path";
import {
  App,
  CfnOutput,
  CfnWaitCondition,
  CfnWaitConditionHandle,
  NestedStack,
  RemovalPolicy,
  Stack,
} from "aws-cdk-lib";
import { AttributeType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Alias, Code, FunctionUrlAuthType, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription, SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";

const env = { account: "000000000000", region: "us-east-1" };

/** What one version of the app has; `good` is the plain one. */
const VERSIONS = {
  good: {},
  /** The deploy that turns out bad: every function is broken, one is new, and the stacks share one more export. */
  bad: { handlers: "bad", level: "wrong", audit: true },
  /** Only the code of one function differs from `good`. */
  hot: { pay: "bad" },
  /** Its last resource never becomes ready. */
  stuck: { stuck: true },
  /** It has a bucket that exists already. */
  adopting: { archive: true },
};

class DataStack extends Stack {
  constructor(scope, { archive }) {
    super(scope, "ShopData", { env, stackName: "shop-data" });
    this.table = new Table(this, "Orders", { partitionKey: { name: "id", type: AttributeType.STRING } });
    this.topic = new Topic(this, "Placed");
    if (archive) new Bucket(this, "Archive", { bucketName: "shop-archive", removalPolicy: RemovalPolicy.RETAIN });
  }
}

class ApiStack extends Stack {
  constructor(scope, data, { handlers = "good", pay = handlers, level = "info", audit, stuck }) {
    super(scope, "ShopApi", { env, stackName: "shop-api" });
    const lambda = (id, version = handlers, place = this, folder = id.toLowerCase()) =>
      new Lambda(place, id, {
        functionName: `shop-${id.toLowerCase()}`,
        runtime: Runtime.NODEJS_22_X,
        handler: "index.handler",
        code: Code.fromAsset(join(import.meta.dirname, "handlers", version, folder)),
        environment: { TABLE: data.table.tableName, LEVEL: level },
        logGroup: new LogGroup(place, `${id}Log`, {
          retention: RetentionDays.ONE_WEEK,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      });

    const payer = lambda("Pay", pay);
    data.table.grantReadWriteData(payer);
    const live = new Alias(this, "PayLive", { aliasName: "live", version: payer.currentVersion });
    const url = live.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    new CfnOutput(this, "PayUrl", { value: url.url });
    data.topic.addSubscription(new LambdaSubscription(live));

    const letters = new Queue(this, "Letters");
    data.topic.addSubscription(new SqsSubscription(letters));
    lambda("Mail").addEventSource(new SqsEventSource(letters));

    const reports = new NestedStack(this, "Reports");
    lambda("Report", handlers, reports);

    if (audit) lambda("Audit", handlers, this, "mail").addEnvironment("TOPIC", data.topic.topicName);
    if (stuck) {
      const handle = new CfnWaitConditionHandle(this, "Never");
      new CfnWaitCondition(this, "Wait", { handle: handle.ref, timeout: "1" }).node.addDependency(payer);
    }
  }
}

const folder = process.argv[2];
for (const [name, version] of Object.entries(VERSIONS)) {
  const app = new App({ outdir: join(folder, name), analyticsReporting: false });
  new ApiStack(app, new DataStack(app, version), version);
  app.synth();
}
