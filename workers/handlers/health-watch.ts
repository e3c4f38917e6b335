import { statfs } from 'node:fs/promises';
import { diskFinding, healthOf } from '#lib/domain/run-health.ts';
import type { HealthContext, HealthFinding, HealthRule, HealthStep } from '#lib/domain/run-health.ts';

/** So often the disk is looked at. */
const DISK_MS = 30_000;

/** Looks at an attempt's figures and disk while it trains; says each thing once. */
export class HealthWatch {
	readonly #context: HealthContext;
	readonly #dir: string;
	readonly #told = new Set<HealthRule>();
	readonly #steps: HealthStep[] = [];
	#diskSeen = 0;

	/** @param dir a folder on the disk that checkpoints go to */
	constructor(context: HealthContext, dir: string) {
		this.#context = context;
		this.#dir = dir;
	}

	/** What there is to say after these further steps. */
	async after(steps: readonly HealthStep[]): Promise<HealthFinding[]> {
		this.#steps.push(...steps);
		const found = steps.length > 0 ? healthOf(this.#steps, this.#context) : [];
		const disk = await this.#disk();
		return [...found, ...(disk ? [disk] : [])].filter(({ rule }) => !this.#told.has(rule) && this.#told.add(rule));
	}

	async #disk(): Promise<HealthFinding | null> {
		if (this.#told.has('disk_nearly_full') || Date.now() - this.#diskSeen < DISK_MS) return null;
		this.#diskSeen = Date.now();
		// A folder that is gone is another's trouble to tell.
		const disk = await statfs(this.#dir).catch(() => null);
		return disk && diskFinding({ freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize }, this.#steps.at(-1)?.step ?? 0);
	}
}
