import type { Command } from "commander";
import type { AlteredComponent } from "#client/api-types";
import { unwrap } from "#client/connect";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { changeLines } from "../format.ts";
import { addPageOptions, type OutputOption, outputOption, type PageOptions, present } from "../options.ts";
import type { Paint, Style } from "../paint.ts";
import type { Run, Session } from "../session.ts";
import { tableLines } from "../table.ts";

interface ComponentOptions extends OutputOption, PageOptions {
  readonly diff?: true;
}

export function componentsCommand(program: Command, run: Run): void {
  const command = program
    .command("components")
    .summary("list what a deployment altered")
    .description("list the components that a finished deployment altered; each can be picked for a rollback")
    .argument("<deployment>", "its id")
    .option("--diff", "show what differs, before → deployed");
  addPageOptions(command)
    .addOption(outputOption())
    .action((id: string, options: ComponentOptions) =>
      run(options.output, (session) => listComponents(session, id, options)),
    );
}

async function listComponents({ api, terminal }: Session, id: string, options: ComponentOptions): Promise<ExitCode> {
  const { output: _, diff = false, ...query } = options;
  const params = { path: { id }, query: present(query) };
  const page = await unwrap(api.GET("/v1/deployments/{id}/components", { params }));
  terminal.answer(page, (paint) => componentLines(page.items, paint, diff));
  terminal.noteNextPage(page.next && `--cursor ${page.next}`);
  return EXIT.done;
}

const CHANGE_STYLES: Readonly<Record<AlteredComponent["change"], Style>> = {
  added: "green",
  modified: "yellow",
  deleted: "red",
};

function componentLines(components: readonly AlteredComponent[], paint: Paint, withDiff: boolean): string[] {
  const rows = nested(components).map(({ component, depth }) => ({
    cells: [
      "  ".repeat(depth) + component.id,
      component.displayName ?? "",
      paint(CHANGE_STYLES[component.change], component.change),
      component.readiness,
      component.reasons.join(", "),
    ],
    below: withDiff ? changeLines(component.diff, paint) : [],
  }));
  return tableLines(["COMPONENT", "NAME", "CHANGE", "READINESS", "REASONS"], rows, paint);
}

/** Each component below its parent, where the parent is on the same page; else below its stack. */
function nested(components: readonly AlteredComponent[]): { component: AlteredComponent; depth: number }[] {
  const ids = new Set(components.map(({ id }) => id));
  const parentOf = ({ parent }: AlteredComponent) =>
    [parent, stackIdOf(parent)].find((id) => id && ids.has(id)) ?? null;
  const below = (above: string | null, depth: number): { component: AlteredComponent; depth: number }[] =>
    components
      .filter((component) => parentOf(component) === above)
      .flatMap((component) => [{ component, depth }, ...below(component.id, depth + 1)]);
  return below(null, 0);
}

/** `stack:shop` of `stack-resource:shop/Pay`. */
function stackIdOf(parent: string | null): string | null {
  const match = /^stack-resource:([^/]+)\//.exec(parent ?? "");
  return match && `stack:${match[1]}`;
}
