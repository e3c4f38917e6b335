/** Where a run's processes can live: children of a worker, or jobs of an outside scheduler. */
export const LAUNCHERS = ['local', 'slurm', 'ray', 'kubernetes'] as const;
export type LauncherName = (typeof LAUNCHERS)[number];
