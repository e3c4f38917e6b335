/** Where a run's processes can live: children of a worker, or jobs of an outside scheduler. The database also knows `kubernetes`, which nothing places runs in yet. */
export const LAUNCHERS = ['local', 'slurm', 'ray'] as const;

/** Places in line: any whole number up to this, and below it as far; higher goes first. */
export const MOST_PRIORITY = 100;
/** Those that a page offers. */
export const PRIORITIES = { first: 10, normal: 0, last: -10 } as const;
export type LauncherName = (typeof LAUNCHERS)[number];
