import type { RunInLine } from './next-run.ts';

/** A worker that could place a run where it shall be, as far as it matters to which of several is to take it. */
export type Candidate = { /** GPUs of its host, */ gpus: number; /** and how many of them no server has until somebody ends it. */ unlent: number; /** Packages of its engine. */ versions: Readonly<Record<string, string>>; /** It is on the host of the worker that asks. */ sameHost?: boolean };

/** A run, and whether its last save was made on the host of the worker that asks. */
type Wanted = Pick<RunInLine, 'launcher' | 'gpus' | 'gpuOnly' | 'packages'> & { savedHere?: boolean };

const hasPackages = ({ versions }: Candidate, { packages = [] }: Wanted): boolean => packages.every((name) => versions[name] !== undefined);

/** Whether it has all that the run wants, now or as soon as other runs end. */
function couldTrain(candidate: Candidate, wanted: Wanted): boolean {
	if (!hasPackages(candidate, wanted)) return false;
	if (wanted.launcher !== 'local') return true;
	return candidate.gpus > 0 ? wanted.gpus <= candidate.unlent : !wanted.gpuOnly;
}

/**
 * Whether a worker leaves a run to another that lives: to one whose engine has the packages that its own lacks, and, on a
 * host without GPUs, to one that has as many as the run wants. What is planned for GPUs would train on processors for
 * weeks; but not what was saved on that host, which another may not see and would begin anew. Where there is no such
 * other it takes the run, so that somebody trains it or says what is missing.
 */
export function isLeftToOthers(wanted: Wanted, own: Candidate, others: readonly Candidate[]): boolean {
	if (!hasPackages(own, wanted)) return others.some((other) => couldTrain(other, wanted));
	if (wanted.launcher !== 'local' || own.gpus > 0) return false;
	return others.some((other) => other.gpus > 0 && (!wanted.savedHere || other.sameHost === true) && couldTrain(other, wanted));
}
