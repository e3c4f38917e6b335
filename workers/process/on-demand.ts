/** Something that is started when it is first needed and ended when nobody asked for it for a while. */
export type OnDemand<S> = {
	/** Gives it, running; null: it cannot be had for now. Until `rest` it is not ended. */
	get: () => Promise<S | null>;
	/** Lets it be ended once nobody asks for a while. */
	rest: () => void;
	stop: () => void;
};

/** After the first failure it is tried again so much later, then twice as long each time in a row: one hiccup is not to cost minutes. */
const FIRST_AGAIN_MS = 10_000;

/** What is kept of it, and what is done where it does not start; `againMs`: it is tried again after so long at most. */
type Options<S> = { start: () => Promise<S>; missing: (error: unknown) => Promise<void>; idleMs: number; againMs: number };

/** Keeps one such thing. */
export function onDemand<S extends { stop: () => void; ended: Promise<void> }>({ start, missing, idleMs, againMs }: Options<S>): OnDemand<S> {
	let running: S | null = null;
	let idle: NodeJS.Timeout | undefined;
	let notBefore = 0;
	let failures = 0;
	return {
		get: async () => {
			clearTimeout(idle);
			if (running) return running;
			if (Date.now() < notBefore) return null;
			try {
				const started = await start();
				running = started;
				failures = 0;
				void started.ended.then(() => {
					if (running === started) running = null;
				});
				return started;
			} catch (error) {
				notBefore = Date.now() + Math.min(FIRST_AGAIN_MS * 2 ** failures, againMs);
				failures += 1;
				await missing(error);
				return null;
			}
		},
		rest: () => {
			clearTimeout(idle);
			idle = setTimeout(() => running?.stop(), idleMs).unref();
		},
		stop: () => {
			clearTimeout(idle);
			running?.stop();
		}
	};
}
