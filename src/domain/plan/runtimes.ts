/**
 * The day from which AWS refuses updates of functions with a runtime (facts B5: the table that AWS published in 2026). AWS
 * has postponed these dates before, so a date in the past leads to a warning and never to a refusal.
 */
const UPDATES_BLOCKED_FROM: Readonly<Record<string, string>> = {
  "nodejs14.x": "2026-09-30",
  "nodejs16.x": "2026-09-30",
  "nodejs18.x": "2026-09-30",
  "nodejs20.x": "2026-09-30",
  "python3.7": "2026-09-30",
  "python3.8": "2026-09-30",
  "python3.9": "2026-09-30",
  provided: "2026-09-30",
  "provided.al2": "2026-09-30",
  "go1.x": "2026-09-30",
  dotnet6: "2026-09-30",
  "ruby2.7": "2026-09-30",
  "ruby3.2": "2026-09-30",
  java8: "2026-09-30",
};

/** The day (`YYYY-MM-DD`, UTC) since which updates are blocked; null where they are not at `at` (milliseconds). */
export function updatesBlockedSince(runtime: string, at: number): string | null {
  const day = Object.hasOwn(UPDATES_BLOCKED_FROM, runtime) ? UPDATES_BLOCKED_FROM[runtime] : undefined;
  return day !== undefined && Date.parse(day) <= at ? day : null;
}
