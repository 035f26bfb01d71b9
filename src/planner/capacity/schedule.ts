/*
 * The order of changes to concurrency within AWS's limits (facts I1), which hold at every moment: reservations, and what is
 * provisioned for functions without one, leave a part of the account's limit; a reservation is never lower than what its
 * function has provisioned. Pure, and about numbers alone.
 */

/** Concurrency of one function. */
export interface FunctionCapacity {
  /** Null for none, which is another thing than 0. */
  readonly reserved: number | null;
  /** By alias or version. */
  readonly provisioned: Readonly<Record<string, number>>;
}

export type Capacities = ReadonlyMap<string, FunctionCapacity>;

/** One value that changes. */
export interface CapacityMove {
  readonly function: string;
  /** The alias or version that is provisioned; null for the function's reservation. */
  readonly qualifier: string | null;
  readonly to: number | null;
}

export interface CapacityCase<Move extends CapacityMove = CapacityMove> {
  readonly live: Capacities;
  /** How many more executions may be taken from the account; null where AWS does not tell, which is taken for none. */
  readonly room: number | null;
  /** In their order; the moves of one stage run side by side, so that any of them may be the first. */
  readonly stages: readonly (readonly Move[])[];
}

/** What the goal itself exceeds, by which no order helps. */
export type Excess =
  | { readonly of: "account"; readonly wanted: number; readonly room: number }
  | { readonly of: "function"; readonly name: string; readonly reserved: number; readonly provisioned: number };

export type Schedule<Move extends CapacityMove = CapacityMove> =
  | { readonly excess: readonly Excess[] }
  /** The moves that go before all others, one after another; the others keep their stages. Empty where the stages do. */
  | { readonly first: readonly Move[] };

/**
 * What lowers goes first if the stages alone would exceed a limit on the way: what is provisioned before the reservation
 * that bounds it. Afterwards each value is the lower one of live and goal, so that whatever goes up never exceeds the goal.
 */
export function scheduleMoves<Move extends CapacityMove>(given: CapacityCase<Move>): Schedule<Move> {
  const moves = given.stages.flat();
  const excess = excessOf(given, moves);
  if (excess.length > 0) return { excess };
  if (keepsLimits(given)) return { first: [] };
  const lowering = moves.filter((move) => lowers(given.live, move));
  const first = [...lowering.filter(isProvisioning), ...lowering.filter((move) => !isProvisioning(move))];
  return { first };
}

/**
 * Functions whose reservation has to go up before what they provision does; which stage a move is in is the caller's
 * matter.
 */
export function reservedFirst(live: Capacities, moves: readonly CapacityMove[]): ReadonlySet<string> {
  const rising = moves.filter((move) => !lowers(live, move));
  const provisioning = new Set(rising.filter(isProvisioning).map((move) => move.function));
  return new Set(
    rising.filter((move) => !isProvisioning(move) && provisioning.has(move.function)).map((move) => move.function),
  );
}

/** Whether a move can be refused by no limit: it leaves less taken, or a reservation away. */
export function lowers(live: Capacities, move: CapacityMove): boolean {
  if (move.to === null) return true;
  const present = presentValue(live, move);
  return present !== null && move.to < present;
}

function isProvisioning({ qualifier }: CapacityMove): boolean {
  return qualifier !== null;
}

function presentValue(capacities: Capacities, { function: name, qualifier }: CapacityMove): number | null {
  const found = capacities.get(name);
  return (qualifier === null ? found?.reserved : found?.provisioned[qualifier]) ?? null;
}

const NOTHING: FunctionCapacity = { reserved: null, provisioned: {} };

function after(capacities: Capacities, moves: readonly CapacityMove[]): Capacities {
  const next = new Map(capacities);
  for (const { function: name, qualifier, to } of moves) {
    const { reserved, provisioned } = next.get(name) ?? NOTHING;
    if (qualifier === null) next.set(name, { reserved: to, provisioned });
    else {
      const { [qualifier]: _, ...others } = provisioned;
      next.set(name, { reserved, provisioned: to === null ? others : { ...others, [qualifier]: to } });
    }
  }
  return next;
}

function totalProvisioned({ provisioned }: FunctionCapacity): number {
  return Object.values(provisioned).reduce((sum, amount) => sum + amount, 0);
}

/** A reservation includes what is provisioned; without one, provisioned concurrency counts by itself. */
function taken(capacities: Capacities): number {
  return [...capacities.values()].reduce((sum, one) => sum + (one.reserved ?? totalProvisioned(one)), 0);
}

function excessOf({ live, room }: Omit<CapacityCase, "stages">, moves: readonly CapacityMove[]): Excess[] {
  const goal = after(live, moves);
  const wanted = taken(goal) - taken(live);
  const raises = moves.some((move) => !lowers(live, move));
  const overAccount: Excess[] = room !== null && raises && wanted > room ? [{ of: "account", wanted, room }] : [];
  const functions = [...new Set(moves.map((move) => move.function))];
  return [
    ...overAccount,
    ...functions.flatMap((name): Excess[] => {
      const one = goal.get(name) ?? NOTHING;
      const provisioned = totalProvisioned(one);
      const isOver = one.reserved !== null && provisioned > one.reserved;
      return isOver ? [{ of: "function", name, reserved: one.reserved ?? 0, provisioned }] : [];
    }),
  ];
}

/** Whether no stage can exceed a limit, whichever of its moves comes first. */
function keepsLimits({ live, room, stages }: CapacityCase): boolean {
  let capacities = live;
  for (const stage of stages) {
    if (!stage.every((move) => isTaken(move, { live: capacities, start: live, room, stage }))) return false;
    capacities = after(capacities, stage);
  }
  return true;
}

interface Moment extends Pick<CapacityCase, "live" | "room"> {
  readonly start: Capacities;
  readonly stage: readonly CapacityMove[];
}

/** Whether AWS takes a move at the worst moment: what else goes up in its stage has gone up, and nothing has come down. */
function isTaken(move: CapacityMove, { live, room, start, stage }: Moment): boolean {
  if (move.to === null) return true;
  const others = stage.filter((other) => other !== move);
  const raised = after(
    live,
    others.filter((other) => !lowers(live, other)),
  );
  const worst = after(raised, [move]);
  const own = worst.get(move.function) ?? NOTHING;
  const bounds = [
    own.reserved,
    ...others
      .filter(({ function: name, qualifier }) => name === move.function && qualifier === null)
      .map(({ to }) => to),
    ...(isProvisioning(move) ? [live.get(move.function)?.reserved ?? null] : []),
  ].filter((bound) => bound !== null);
  if (bounds.some((bound) => totalProvisioned(own) > bound)) return false;
  return lowers(live, move) || taken(worst) - taken(start) <= (room ?? 0);
}
