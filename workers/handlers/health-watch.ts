import { statfs } from 'node:fs/promises';
import { diskFinding, healthOf, stillFinding } from '#lib/domain/run-health.ts';
import type { HealthContext, HealthFinding, HealthRule, HealthStep } from '#lib/domain/run-health.ts';
import { figuresAfter } from '#lib/domain/step-figures.ts';
import { StepClock } from './step-clock.ts';

/** So often the disk is looked at. */
const DISK_MS = 30_000;

/** What else an engine told: that it begins to train, or to save. */
export type Sign = 'training' | 'saving';

/** Looks at an attempt's figures, pace and disk while it trains; says each thing once. */
export class HealthWatch {
	readonly #context: HealthContext;
	readonly #dir: string;
	readonly #told = new Set<HealthRule>();
	/** By step: what is written again after a failure, or adds an evaluation to its step, is the same step. */
	readonly #steps = new Map<number, HealthStep>();
	readonly #clock: StepClock;
	#last = 0;
	#diskSeen = 0;

	/**
	 * @param dir a folder on the disk that checkpoints go to
	 * @param before steps of earlier attempts that this one goes on from: its own first steps are not the run's
	 */
	constructor(context: HealthContext, dir: string, before: readonly HealthStep[] = [], clock: StepClock = new StepClock()) {
		this.#context = context;
		this.#dir = dir;
		this.#clock = clock;
		this.#take(before);
	}

	/** What there is to say after these further steps; asked without any too, since who stands still tells none. */
	async after(steps: readonly HealthStep[], signs: readonly Sign[] = []): Promise<HealthFinding[]> {
		this.#take(steps);
		if (signs.includes('training')) this.#clock.began();
		if (steps.length > 0) this.#clock.stepped(steps.length, this.#last, this.#last === this.#context.maxSteps);
		if (signs.includes('saving')) this.#clock.saves();
		const silence = this.#clock.silence();
		const still = silence && stillFinding(silence);
		const found = steps.length > 0 ? healthOf([...this.#steps.values()], this.#context) : [];
		const disk = await this.#disk();
		return [...found, ...(still ? [still] : []), ...(disk ? [disk] : [])].filter(({ rule }) => !this.#told.has(rule) && this.#told.add(rule));
	}

	#take(steps: readonly HealthStep[]): void {
		for (const { step, values } of steps) {
			this.#steps.set(step, { step, values: figuresAfter(this.#steps.get(step)?.values, values) });
			this.#last = step;
		}
	}

	async #disk(): Promise<HealthFinding | null> {
		if (this.#told.has('disk_nearly_full') || Date.now() - this.#diskSeen < DISK_MS) return null;
		this.#diskSeen = Date.now();
		// A folder that is gone is another's trouble to tell.
		const disk = await statfs(this.#dir).catch(() => null);
		return disk && diskFinding({ freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize }, this.#last);
	}
}
