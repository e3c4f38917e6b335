import type { EngineEvent, ModelSource } from '../engine/engine.ts';
import type { LineService } from '../process/line-service.ts';

/** So long before a training's expected end, in seconds, the check of its checkpoint is started: it takes a while to load its libraries, and little else. */
const AHEAD_SECONDS = 30;

/** The check of an attempt's checkpoint, made ready while the last steps are trained. */
export type CheckAhead = {
	/** Hears what the engine says, and of which model. */
	sees: (event: EngineEvent, model: ModelSource) => void;
	/** The check that waits; null where none was started, or it did not start: then it is made as any other. */
	waiting: () => Promise<LineService | null>;
	stop: () => void;
};

/**
 * @param start starts a check that waits; `signal` ends it, also while it still loads
 * @param shutdown who goes down waits for no libraries
 */
export function createCheckAhead(start: (model: ModelSource, signal: AbortSignal) => Promise<LineService>, shutdown: AbortSignal): CheckAhead {
	let started: Promise<LineService | null> | null = null;
	const over = new AbortController();
	const ended = AbortSignal.any([over.signal, shutdown]);
	return {
		sees: (event, model) => {
			if (started || ended.aborted || event.type !== 'metrics') return;
			const secondsAStep = event.values['train_speed(s/it)'];
			if (secondsAStep === undefined || (event.maxSteps - event.step) * secondsAStep > AHEAD_SECONDS) return;
			started = start(model, ended).catch(() => null);
		},
		waiting: () => started ?? Promise.resolve(null),
		stop: () => over.abort()
	};
}
