import type { Command } from "commander";
import type { Deployment } from "#client/api-types";
import { unwrap } from "#client/connect";
import { problemOf } from "#client/problem";
import { coverageLines, coverageMember, readCoverage } from "../coverage.ts";
import { problemLines } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { countsText, personText, plural, sizeText, timeText } from "../format.ts";
import {
  addFilterOptions,
  addPageOptions,
  type FilterOptions,
  type OutputOption,
  outputOption,
  type PageOptions,
  present,
} from "../options.ts";
import { type Paint, paintStatus } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { fieldLines, tableLines } from "../table.ts";
import { asOptions } from "../wording.ts";

interface DeploymentOptions extends OutputOption, FilterOptions, PageOptions {}

export function deploymentsCommand(program: Command, run: Run): void {
  const command = program
    .command("deployments")
    .summary("list deployments, or show one")
    .description("list deployments, newest first, or show one of them")
    .argument("[id]", "show this one");
  addPageOptions(addFilterOptions(command))
    .addOption(outputOption())
    .action((id: string | undefined, options: DeploymentOptions) =>
      run(options.output, (session) => (id ? showDeployment(session, id) : listDeployments(session, options))),
    );
}

async function listDeployments({ api, terminal }: Session, options: DeploymentOptions): Promise<ExitCode> {
  const { output: _, ...query } = options;
  const page = await unwrap(api.GET("/v1/deployments", { params: { query: present(query) } }));
  terminal.answer(page, (paint) => listLines(page.items, paint));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

async function showDeployment({ api, terminal }: Session, id: string): Promise<ExitCode> {
  const deployment = await unwrap(api.GET("/v1/deployments/{id}", { params: { path: { id } } }));
  const { status, id: snapshot } = deployment.snapshot;
  const coverage = status === "Ready" ? await readCoverage(api, snapshot) : [];
  terminal.answer({ ...deployment, ...coverageMember(coverage) }, (paint) => [
    ...deploymentLines(deployment, paint),
    ...coverageLines(coverage),
  ]);
  return EXIT.done;
}

function listLines(deployments: readonly Deployment[], paint: Paint): string[] {
  const headline = ["ID", "STATUS", "APPLICATION", "STAGE", "BRANCH", "BUILD", "ALTERED", "CREATED"];
  const rows = deployments.map((deployment) => ({
    cells: [
      deployment.id,
      paintStatus(paint, deployment.status),
      deployment.application,
      deployment.stage,
      deployment.branch ?? "",
      deployment.build ?? "",
      deployment.altered ? countsText(deployment.altered) : "",
      timeText(deployment.createdAt),
    ],
  }));
  return tableLines(headline, rows, paint);
}

function deploymentLines(deployment: Deployment, paint: Paint): string[] {
  const { target, snapshot, altered, error } = deployment;
  const fields = fieldLines(
    [
      ["Id", deployment.id],
      ["Status", paintStatus(paint, deployment.status)],
      ["Application", `${deployment.application}, stage ${deployment.stage}`],
      ["Target", [target.name, target.account, target.region].filter(Boolean).join(", ")],
      ["Branch", deployment.branch],
      ["Commit", deployment.commit],
      ["Build", deployment.build],
      ["Scope", [...deployment.scope.stacks, ...deployment.scope.functions].join(", ")],
      ["Requested by", personText(deployment.requestedBy)],
      ["Reason", deployment.reason],
      ["Ticket", deployment.ticket],
      ["Backup", `${snapshot.status}: ${plural(snapshot.components, "component")}, ${sizeText(snapshot.bytes)}`],
      ["Outcome", deployment.outcome],
      ["Readiness", deployment.readiness && countsText(deployment.readiness)],
      ["Altered", altered && countsText(altered)],
      ["Warnings", deployment.warnings.map(({ detail }) => asOptions(detail)).join(" ") || null],
      ["Pinned", deployment.pinned.map(({ component, pin }) => `${component} (${pin})`).join(", ") || null],
      ["Revalidation", deployment.needsRevalidation ? "needed" : null],
      ["Rollbackable", deployment.rollbackable ? "yes" : `no: ${deployment.notRollbackableReason}`],
      ["Rolled back by", deployment.rollback],
      ["Created", timeText(deployment.createdAt)],
      ["Finished", deployment.finishedAt && timeText(deployment.finishedAt)],
    ],
    paint,
  );
  return error ? [...fields, ...problemLines(problemOf(error, error.status), paint)] : fields;
}
