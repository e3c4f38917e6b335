/** Where a run's processes can live: children of a worker, or jobs of an outside scheduler. The database also knows `kubernetes`, which nothing places runs in yet. */
export const LAUNCHERS = ['local', 'slurm', 'ray'] as const;
export type LauncherName = (typeof LAUNCHERS)[number];
