import type { RunStatus } from './run-state.ts';
import { isTerminal } from './run-state.ts';

/** What a clean-up keeps besides everything that the record cites. */
export type RetentionRule = {
	/** The newest ended runs of each project keep the folders of their attempts. */
	lastRuns: number;
	/** Whatever ended, or was stored, less than so many days ago stays. */
	days: number;
};

export const DEFAULT_RETENTION: RetentionRule = { lastRuns: 3, days: 14 };

/** The folder of an attempt on its worker's host: intermediate checkpoints, optimiser states, the engine's log and the laid-out rows. */
export type AttemptFolder = {
	runId: string;
	attempt: number;
	projectId: string;
	status: RunStatus;
	/** Milliseconds; null while it goes on. */
	finishedAt: number | null;
	bytes: number;
	/** What the run gave is promoted, or measured best of its project's policies or reward models on held-out pairs. */
	promoted: boolean;
	best: boolean;
};

/** Why a folder stays. `unfinished`: a run would go on from it. */
export type FolderReason = 'unfinished' | 'promoted' | 'best' | 'last' | 'recent';
/** A file of the artifact store. `cited`: a snapshot, a checkpoint, an image, a document or an event file of a run is this file. */
export type StoredFile = { sha256: string; bytes: number; /** Milliseconds. */ modifiedAt: number; cited: boolean };
export type FileReason = 'cited' | 'recent';

/** What ended a clean-up early. `not_permitted`: the store does not let the worker take files out. */
export type CleanUpProblem = 'not_permitted' | 'unexpected';

const DAY_MS = 86_400_000;
/** Even a rule of no days leaves what was stored just now: whoever stored it may be about to enter it into the record. */
const YOUNGEST_FILE_MS = 3_600_000;

/** Runs that are among the last of their project, by when they ended. */
function lastRuns(folders: readonly AttemptFolder[], count: number): ReadonlySet<string> {
	const ended = new Map<string, Map<string, number>>();
	for (const { projectId, runId, finishedAt } of folders) {
		if (finishedAt !== null) ended.set(projectId, (ended.get(projectId) ?? new Map<string, number>()).set(runId, finishedAt));
	}
	const newest = (runs: Map<string, number>) => [...runs].sort(([one, at], [other, then]) => then - at || (one < other ? 1 : -1)).slice(0, count);
	return new Set([...ended.values()].flatMap((runs) => newest(runs).map(([id]) => id)));
}

/** For each folder why it stays, or null: it goes. Registered checkpoints lie in the artifact store and are no part of this. */
export function foldersToRemove(folders: readonly AttemptFolder[], rule: RetentionRule, now: number): (FolderReason | null)[] {
	const last = lastRuns(folders, rule.lastRuns);
	return folders.map(({ runId, status, finishedAt, promoted, best }) => {
		if (!isTerminal(status) || finishedAt === null) return 'unfinished';
		if (promoted) return 'promoted';
		if (best) return 'best';
		if (last.has(runId)) return 'last';
		return now - finishedAt < rule.days * DAY_MS ? 'recent' : null;
	});
}

/** Why a file of the store stays, or null: it goes. */
export function fileToRemove({ cited, modifiedAt }: StoredFile, rule: RetentionRule, now: number): FileReason | null {
	if (cited) return 'cited';
	return now - modifiedAt < Math.max(rule.days * DAY_MS, YOUNGEST_FILE_MS) ? 'recent' : null;
}
