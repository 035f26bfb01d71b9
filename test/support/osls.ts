import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { OSLS, OSLS_PLUGINS, PROVIDER_REQUEST } from "./tools.ts";

const run = promisify(execFile);

/** One version of the sample service. */
export interface ServiceVersion {
  /** The response of each function; the service has no other functions. */
  readonly functions: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly runtime: string;
  /** Topics of the service, whose ARNs it exports as `service-topic`; only `orders` by default. */
  readonly topics?: readonly string[];
  /** Export names of other services, by the environment variable that gets the value. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Plug-ins, which come from `OSLS_PLUGINS`. */
  readonly plugins?: readonly string[];
  /** Top-level parts of the configuration as YAML lines, such as `custom:`. */
  readonly more?: readonly string[];
  /** Lines in the configuration of each function. */
  readonly ofEachFunction?: readonly string[];
}

/** A Serverless project in a folder of its own, deployed by the real tool. */
export interface OslsProject {
  readonly folder: string;
  /** The stack's name, which the tool builds from service and stage. */
  readonly stack: string;
  write(version: ServiceVersion): Promise<void>;
  /** The command line of `osls …`, for somebody else to run in any folder. */
  command(...args: string[]): readonly string[];
  /** What osls needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `osls …` to its end, with standard input closed. Throws with its output when it fails. */
  run(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

const STAGE = "prod";
/** A deploy takes seconds; one that hangs would hang the whole run. */
const TIMEOUT_MS = 180_000;
/** How often osls looks at a stack; every five seconds by default. */
const POLL_MS = 100;

export async function createProject(service: string, env: Record<string, string>): Promise<OslsProject> {
  const folder = await mkdtemp(join(tmpdir(), "stepback-osls-"));
  const command = (...args: string[]) => [OSLS, ...args, "--stage", STAGE, "--region", "us-east-1"];
  const settings = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    SLS_TELEMETRY_DISABLED: "1",
    SLS_NOTIFICATIONS_MODE: "off",
    SLS_AWS_MONITORING_FREQUENCY: String(POLL_MS),
    CI: "1",
    ...env,
  };
  return {
    folder,
    env: settings,
    command: (...args) => [
      "sh",
      "-c",
      'cd "$1" && shift && exec "$@"',
      "sh",
      folder,
      process.execPath,
      ...command(...args),
    ],
    stack: `${service}-${STAGE}`,
    async write({ functions, ...rest }) {
      await mkdir(join(folder, "src"), { recursive: true });
      for (const [name, says] of Object.entries(functions)) {
        await writeFile(
          join(folder, "src", `${name}.js`),
          `exports.handler = async () => (${JSON.stringify(says)});\n`,
        );
      }
      await writeFile(
        join(folder, "serverless.yml"),
        configuration(service, { ...rest, functions: Object.keys(functions) }),
      );
      if (rest.plugins) await linkPlugins(folder);
    },
    async run(...args) {
      const child = run(process.execPath, command(...args), { cwd: folder, timeout: TIMEOUT_MS, env: settings });
      child.child.stdin?.end();
      const { stdout, stderr } = await child;
      return stdout + stderr;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** osls looks for plug-ins in the project itself and in its `node_modules`. */
async function linkPlugins(folder: string): Promise<void> {
  const link = join(folder, "node_modules");
  if (existsSync(link)) return;
  await symlink(OSLS_PLUGINS, link);
  await symlink(join(OSLS_PLUGINS, "..", basename(PROVIDER_REQUEST)), join(folder, PROVIDER_REQUEST));
}

function configuration(
  service: string,
  parts: Omit<ServiceVersion, "functions"> & { readonly functions: readonly string[] },
): string {
  const { topics = ["orders"], imports = {}, plugins = [], more = [], ofEachFunction = [] } = parts;
  const imported = Object.entries(imports).map(([key, name]) => [key, { "Fn::ImportValue": name }] as const);
  const variables = [...Object.entries(parts.environment), ...imported].map(
    ([key, value]) => `    ${key}: ${JSON.stringify(value)}`,
  );
  const functions = parts.functions.flatMap((name) => [
    `  ${name}:`,
    `    handler: src/${name}.handler`,
    "    package:",
    `      patterns: ['!./**', 'src/${name}.js']`,
    ...ofEachFunction.map((line) => `    ${line}`),
  ]);
  return [
    `service: ${service}`,
    ...(plugins.length > 0 ? ["plugins:", ...plugins.map((plugin) => `  - ${plugin}`)] : []),
    ...more,
    "provider:",
    "  name: aws",
    `  runtime: ${parts.runtime}`,
    "  environment:",
    ...variables,
    "package:",
    "  individually: true",
    "functions:",
    ...functions,
    "resources:",
    "  Resources:",
    ...topics.flatMap((topic) => [
      `    ${logicalId(topic)}:`,
      "      Type: AWS::SNS::Topic",
      `      Properties: { TopicName: ${service}-${topic} }`,
    ]),
    "  Outputs:",
    ...topics.flatMap((topic) => [
      `    ${logicalId(topic)}Arn:`,
      `      Value: { Ref: ${logicalId(topic)} }`,
      `      Export: { Name: ${service}-${topic} }`,
    ]),
    "",
  ].join("\n");
}

function logicalId(topic: string): string {
  return topic.charAt(0).toUpperCase() + topic.slice(1);
}
