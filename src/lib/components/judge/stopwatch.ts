import { beginTime, hidden, seen, shownAgain } from './active-time.ts';

/** What tells that somebody is there. */
const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'scroll', 'wheel', 'touchmove'] as const;
/** The longest time that a judgment may say. */
const DAY_MS = 86_400_000;

/** Time that a person spends on what lies on the page, idle time left out. */
export class Stopwatch {
	#time = beginTime(0, false);

	/** Begins anew. */
	start(): void {
		this.#time = beginTime(performance.now(), document.visibilityState === 'visible');
	}

	/** Time until now. */
	get ms(): number {
		this.#time = seen(this.#time, performance.now());
		return Math.min(Math.round(this.#time.ms), DAY_MS);
	}

	/** Listens for signs of the person; the answer ends it. */
	listen(): () => void {
		const visible = (): void => void (this.#time = (document.visibilityState === 'visible' ? shownAgain : hidden)(this.#time, performance.now()));
		const sign = (): void => void (this.#time = seen(this.#time, performance.now()));
		document.addEventListener('visibilitychange', visible);
		for (const kind of SIGNS) window.addEventListener(kind, sign, { passive: true, capture: true });
		return () => {
			document.removeEventListener('visibilitychange', visible);
			for (const kind of SIGNS) window.removeEventListener(kind, sign, { capture: true });
		};
	}
}
