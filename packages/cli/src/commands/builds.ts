import type { Command } from "commander";
import type { Build } from "#client/api-types";
import { unwrap } from "#client/connect";
import { originOf } from "../ci-variables.ts";
import { CliError, EXIT, type ExitCode } from "../exit-codes.ts";
import { SHORT_DIGEST_CHARACTERS, sizeText, timeText } from "../format.ts";
import {
  addPageOptions,
  addStageOptions,
  type OutputOption,
  outputOption,
  type PageOptions,
  present,
} from "../options.ts";
import { pickPackage, pullPackage, pushPackage, readBuild, refuseFilled } from "../packages.ts";
import { type Paint, paintStatus } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface StageOptions extends OutputOption {
  readonly application: string;
  readonly stage: string;
}

interface ListOptions extends StageOptions, PageOptions {}

interface PushOptions extends StageOptions {
  readonly build?: string;
  readonly service: string;
  readonly commit?: string;
}

interface PullOptions extends StageOptions {
  readonly build: string;
  readonly service?: string;
  readonly force?: true;
}

export function buildsCommand(program: Command, run: Run): void {
  const builds = program
    .command("builds")
    .summary("list a stage's builds, store and download their packages")
    .description("list the builds of a stage, and store or download their packages");
  addPageOptions(addStageOptions(builds.command("list", { isDefault: true }).description("list builds, newest first")))
    .addOption(outputOption())
    .action((options: ListOptions) => run(options.output, (session) => listBuilds(session, options)));
  addStageOptions(builds.command("push").description("store the package of a service; it never changes afterwards"))
    .argument("<path>", "the packaged output: a folder, or a tar, tar.gz or zip")
    .requiredOption("--service <name>", "the service that the package belongs to")
    .option("--build <id>", "the build that the package belongs to (GITHUB_RUN_NUMBER, CI_PIPELINE_ID)")
    .option("--commit <id>", "the commit that it was built from (GITHUB_SHA, CI_COMMIT_SHA)")
    .addOption(outputOption())
    .action((path: string, options: PushOptions) => run(options.output, (session) => push(session, path, options)));
  addStageOptions(builds.command("pull").description("download a package, check its digest, and unpack it"))
    .argument("<folder>", "the folder to unpack into; it must be empty or missing")
    .requiredOption("--build <id>", "the build that the package belongs to")
    .option("--service <name>", "needed where the build has packages of several services")
    .option("--force", "replace files in a folder that is not empty")
    .addOption(outputOption())
    .action((folder: string, options: PullOptions) => run(options.output, (session) => pull(session, folder, options)));
}

async function listBuilds({ api, terminal }: Session, options: ListOptions): Promise<ExitCode> {
  const { output: _, application, stage, ...query } = options;
  const params = { path: { application, stage }, query: present(query) };
  const page = await unwrap(api.GET("/v1/applications/{application}/stages/{stage}/builds", { params }));
  terminal.answer(page, (paint) => listLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

function listLines(builds: readonly Build[], paint: Paint): string[] {
  const rows = builds.map(({ build, commit, createdAt, deployments, packages }) => ({
    cells: [
      build,
      commit?.slice(0, SHORT_DIGEST_CHARACTERS) ?? "",
      timeText(createdAt),
      deployments.map(({ status }) => paintStatus(paint, status)).join(", "),
      packages.map(({ service, bytes }) => `${service} (${sizeText(bytes)})`).join(", "),
    ],
  }));
  return tableLines(["BUILD", "COMMIT", "CREATED", "DEPLOYMENTS", "PACKAGES"], rows, paint);
}

async function push(session: Session, path: string, options: PushOptions): Promise<ExitCode> {
  const { application, stage, service } = options;
  const { build, commit } = originOf(options, session.terminal.io.env);
  if (build === undefined || commit === undefined) {
    throw new CliError(EXIT.usage, "A package belongs to a build and a commit: name them with --build and --commit.");
  }
  const stored = await pushPackage(session, { application, stage, build, service, commit }, path);
  session.terminal.answer(stored, () => [
    `Stored ${service} for the build ${build}: ${sizeText(stored.bytes)}, SHA-256 ${stored.digest}`,
  ]);
  return EXIT.done;
}

async function pull(session: Session, folder: string, options: PullOptions): Promise<ExitCode> {
  const { application, stage, build } = options;
  await refuseFilled(folder, options.force === true);
  const stored = pickPackage(await readBuild(session, options), options.service);
  await pullPackage(session, { application, stage, build, stored }, folder);
  session.terminal.answer(stored, () => [
    `Unpacked ${stored.service} of the build ${build} into ${folder}: SHA-256 ${stored.digest}`,
  ]);
  return EXIT.done;
}
