import { stripVTControlCharacters } from "node:util";
import type { Paint } from "./paint.ts";

/** Between two columns. Two blanks, so that a table can be cut up by `awk -F'  +'`. */
const GAP = "  ";

export interface TableRow {
  readonly cells: readonly string[];
  /** Lines that belong below the row, such as its diff. */
  readonly below?: readonly string[];
}

/** Rows under a headline, columns as wide as their widest cell, empty ones left out. Cells may carry colours. */
export function tableLines(headline: readonly string[], rows: readonly TableRow[], paint: Paint): string[] {
  const columns = headline.flatMap((title, at) => {
    const widest = Math.max(0, ...rows.map(({ cells }) => widthOf(cells[at] ?? "")));
    return rows.length > 0 && widest === 0 ? [] : [{ at, width: Math.max(title.length, widest) }];
  });
  const line = (cells: readonly string[]) =>
    columns
      .map(({ at, width }) => padded(cells[at] ?? "", width))
      .join(GAP)
      .trimEnd();
  return [paint("bold", line(headline)), ...rows.flatMap(({ cells, below = [] }) => [line(cells), ...below])];
}

/** One thing as `name  value` lines; what is null is left out. */
export function fieldLines(fields: readonly (readonly [string, string | null])[], paint: Paint): string[] {
  const known = fields.filter((field): field is readonly [string, string] => field[1] !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${paint("bold", name.padEnd(width))}${GAP}${value}`);
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
