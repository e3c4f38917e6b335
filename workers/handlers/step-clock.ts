import type { Silence } from '#lib/domain/run-health.ts';

/** Of so many steps the slowest says how long one may take: one among them may have waited for a save. */
const LATELY = 5;

/** How long ago a training was last heard of, by its worker's clock: an engine that stands still tells no time. */
export class StepClock {
	readonly #now: () => number;
	#heard: number | null = null;
	#took: number[] = [];
	#step = 0;
	/** Nothing is known yet of how long a step takes, or what goes on now is no step. */
	#unmeasured = true;

	/** @param now milliseconds of a clock that nobody sets */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** It has begun to train. */
	began(): void {
		this.#heard ??= this.#now();
	}

	/** It told of steps, the newest of this number. */
	stepped(steps: number, step: number, isLast: boolean): void {
		const now = this.#now();
		if (this.#heard !== null) this.#took = [...this.#took, (now - this.#heard) / 1000 / steps].slice(-LATELY);
		this.#heard = now;
		this.#step = step;
		this.#unmeasured = isLast || this.#took.length === 0;
	}

	/** It began to save. */
	saves(): void {
		this.#heard = this.#now();
		this.#unmeasured = true;
	}

	/** Null before it trains. */
	silence(): Silence | null {
		if (this.#heard === null) return null;
		return { step: this.#step, seconds: (this.#now() - this.#heard) / 1000, stepSeconds: this.#unmeasured ? null : Math.max(...this.#took) };
	}
}
