import type { LauncherName } from './launcher.ts';
import { gpuOnlyField, packagesWanted } from './recipe/hardware-problems.ts';
import type { TrainingRecipe } from './training-recipe.ts';

/** Places in line: any whole number up to this, and below it as far; higher goes first. */
export const MOST_PRIORITY = 100;
/** Those that a page offers. */
export const PRIORITIES = { first: 10, normal: 0, last: -10 } as const;

/** Place in line of a copy: its original's. That of a point of a sweep is a run in earnest, and does not wait behind all others as the point did. */
export function priorityOfCopy(run: { priority: number; sweep: object | null }): number {
	return run.sweep ? PRIORITIES.normal : run.priority;
}

/** A run in line, as far as it matters to who may take it. */
export type RunInLine = { id: string; launcher: LauncherName; /** GPUs that it wants on one host. */ gpus: number; /** It cannot run on processors alone. */ gpuOnly: boolean; /** What it needs of the engine beside what every engine has; left out, nothing. */ packages?: readonly string[] };

/** What a worker has room for. */
export type Room = { launchers: readonly LauncherName[]; /** GPUs of its host, and how many of them nobody has; without any, `free` is its one place. */ gpus: { total: number; free: number } };

/**
 * The run that a worker takes next. A local run that the host could hold but not now keeps its turn: none behind it
 * is taken in its place, or small runs would pass a large one for ever. One that this host can never hold is another
 * host's. Null when there is nothing to take.
 */
export function nextRun(line: readonly RunInLine[], { launchers, gpus }: Room): string | null {
	let localWaits = false;
	for (const { id, launcher, gpus: wanted, gpuOnly } of line) {
		if (!launchers.includes(launcher)) continue;
		if (launcher !== 'local') return id;
		if (localWaits) continue;
		if (gpus.total === 0 ? gpuOnly : wanted > gpus.total) continue;
		// A host without GPUs has one place, whatever is wanted.
		if ((gpus.total === 0 ? 1 : Math.max(1, wanted)) <= gpus.free) return id;
		localWaits = true;
	}
	return null;
}

/**
 * Whether GPUs of a host may be lent to a server, which has them until somebody ends it: not where a run in line, which
 * the host could hold now, could then never be held.
 * @param unlent GPUs of the host that no server has yet
 */
export function mayLend(line: readonly Pick<RunInLine, 'launcher' | 'gpus'>[], unlent: number, gpus: number): boolean {
	return !line.some((run) => run.launcher === 'local' && run.gpus <= unlent && run.gpus > unlent - gpus);
}

/** What a recipe wants of a host. */
export function devicesWanted(recipe: TrainingRecipe): Pick<RunInLine, 'gpus' | 'gpuOnly' | 'packages'> {
	return { gpus: recipe.strategy === 'single' ? 1 : recipe.gpus, gpuOnly: gpuOnlyField(recipe) !== null, packages: packagesWanted(recipe) };
}
