/** What the pace of a run is read from. */
export type PaceInput = {
	step: number;
	maxSteps: number | null;
	attempt: number;
	/** Step that this attempt went on from. */
	resumedFrom: number;
	events: readonly { attempt: number; kind: string; data: Record<string, unknown>; createdAt: string }[];
	/** The server's time, in milliseconds. */
	now: number;
};

/** Seconds a step takes and seconds that are left; null before the first steps of this attempt have been made. */
export type Pace = { secondsPerStep: number; secondsLeft: number | null };

/** Fewer steps than this say nothing: the first ones warm the machine up. */
const FIRST_STEPS = 3;

/**
 * How fast an attempt trains, from the moment its engine began to train:
 * loading a model for minutes must not make a quick training look slow.
 */
export function pace({ step, maxSteps, attempt, resumedFrom, events, now }: PaceInput): Pace | null {
	const began = events.findLast((event) => event.attempt === attempt && event.kind === 'phase' && event.data['phase'] === 'training');
	const made = step - resumedFrom;
	if (!began || made < FIRST_STEPS) return null;
	const seconds = (now - Date.parse(began.createdAt)) / 1000;
	if (!(seconds > 0)) return null;
	const secondsPerStep = seconds / made;
	return { secondsPerStep, secondsLeft: maxSteps === null ? null : Math.max(0, maxSteps - step) * secondsPerStep };
}
