import { and, type Column, inArray, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Reach } from "../domain/access/grants.ts";
import { activities } from "./schema/activities.ts";
import type { Rows } from "./sqlite-database.ts";

/**
 * The condition that an activity lies inside one of the grants, as `coveredBy` judges it; undefined for no condition. GLOB
 * knows two wildcards besides the asterisk, which are escaped, and an asterisk of the value is a character for it, too.
 */
export function liesWithin(grants: readonly Reach[] | undefined): SQL | undefined {
  if (!grants) return undefined;
  const reaches = grants.map(conditionOf);
  if (reaches.includes(undefined)) return undefined;
  return or(...reaches) ?? sql`false`;
}

/** The condition that an activity which rows name lies inside one of the grants. */
export function ownerLiesWithin(rows: Rows, grants: readonly Reach[] | undefined, owner: Column): SQL | undefined {
  const condition = liesWithin(grants);
  return condition && inArray(owner, rows.select({ id: activities.id }).from(activities).where(condition));
}

/**
 * The condition that a row which names an application and a stage lies inside one of the grants. A grant that is bounded in what it
 * reaches below a stage shows none: such a row does not say what it is about there.
 */
export function liesWithinStage(
  grants: readonly Reach[] | undefined,
  { application, stage }: { readonly application: SQLWrapper; readonly stage: SQLWrapper },
): SQL | undefined {
  if (!grants) return undefined;
  const whole = grants.filter(({ targets, stacks, functions }) => [targets, stacks, functions].every(isAny));
  const reaches = whole.map((reach) => and(isLike(application, reach.applications), isLike(stage, reach.stages)));
  if (reaches.includes(undefined)) return undefined;
  return or(...reaches) ?? sql`false`;
}

function isAny(patterns: readonly string[]): boolean {
  return patterns.includes("*");
}

function conditionOf({ applications, stages, targets, stacks, functions }: Reach): SQL | undefined {
  return and(
    isLike(activities.application, applications),
    isLike(activities.stage, stages),
    isLike(activities.target, targets),
    areLike("stacks", stacks),
    areLike("within", stacks),
    areLike("functions", functions),
  );
}

function areLike(member: "stacks" | "within" | "functions", patterns: readonly string[]): SQL | undefined {
  const isOne = isLike(sql`name.value`, patterns);
  return (
    isOne && sql`not exists (select 1 from json_each(${activities.lock}, ${`$.${member}`}) name where not (${isOne}))`
  );
}

/** Undefined where everything matches. */
function isLike(value: SQLWrapper, patterns: readonly string[]): SQL | undefined {
  if (isAny(patterns)) return undefined;
  return or(...patterns.map((pattern) => sql`${value} glob ${globOf(pattern)}`)) ?? sql`false`;
}

function globOf(pattern: string): string {
  return pattern.replace(/[?[]/g, "[$&]");
}
