import { type Paint, withoutPaint } from "./paint.ts";
import { visible } from "./visible.ts";

/** Between two columns. Two blanks, so that `awk -F'  +'` can split a table. */
const GAP = "  ";

interface TableRow {
  readonly cells: readonly string[];
  /** Lines below the row, such as its diff. */
  readonly below?: readonly string[];
}

/** Rows under a headline. Columns are as wide as their widest cell; empty ones are left out. Cells may be coloured. */
export function tableLines(headline: readonly string[], rows: readonly TableRow[], paint: Paint): string[] {
  const columns = headline.flatMap((title, at) => {
    const widest = Math.max(0, ...rows.map(({ cells }) => widthOf(cells[at] ?? "")));
    return rows.length > 0 && widest === 0 ? [] : [{ at, width: Math.max(title.length, widest) }];
  });
  const line = (cells: readonly string[]) =>
    columns
      .map(({ at, width }) => padCell(cells[at] ?? "", width))
      .join(GAP)
      .trimEnd();
  return [paint("bold", line(headline)), ...rows.flatMap(({ cells, below = [] }) => [line(cells), ...below])];
}

/** Fields as `name  value` lines; those that are null are left out. */
export function fieldLines(fields: readonly (readonly [string, string | null])[], paint: Paint): string[] {
  const known = fields.filter((field): field is readonly [string, string] => field[1] !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${paint("bold", name.padEnd(width))}${GAP}${value}`);
}

function padCell(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function widthOf(text: string): number {
  return withoutPaint(visible(text)).length;
}
