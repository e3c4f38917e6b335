import type { Difference } from './difference.ts';
import type { Run } from './runs.ts';

/** One side of a comparison as its pane shows it. */
export type ComparedSide = { state: 'working' | 'failed' | 'too_long' } | { state: 'done'; unit: Difference['unit']; same: boolean; texts: Run[][] };

/** Longer texts are not laid against each other. */
export const LONGEST_COMPARED = 1_000_000;

type Waiting = { resolve: (difference: Difference | null) => void; reject: (reason: Error) => void };

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, Waiting>();

function fail(): void {
	worker?.terminate();
	worker = null;
	for (const { reject } of waiting.values()) reject(new Error('the comparison ended early'));
	waiting.clear();
}

function ask(left: string[], right: string[]): Promise<Difference | null> {
	if (!worker) {
		worker = new Worker(new URL('./difference.worker.ts', import.meta.url), { type: 'module' });
		worker.onmessage = ({ data }: MessageEvent<{ id: number; difference: Difference | null }>) => {
			waiting.get(data.id)?.resolve(data.difference);
			waiting.delete(data.id);
		};
		// Not loaded (offline), or out of memory: the next one asked starts afresh.
		worker.onerror = fail;
	}
	const id = (asked += 1);
	return new Promise((resolve, reject) => {
		waiting.set(id, { resolve, reject });
		worker?.postMessage({ id, left, right });
	});
}

/** The comparison of one pair, made when it is first asked for and then kept. */
export class Compared {
	left = $state.raw<ComparedSide>({ state: 'working' });
	right = $state.raw<ComparedSide>({ state: 'working' });
	#of = '';

	/** Compares two answers, each as its texts in order. */
	async compare(left: string[], right: string[]): Promise<void> {
		const of = JSON.stringify([left, right]);
		if (of === this.#of) return;
		this.#of = of;
		if (of.length > LONGEST_COMPARED) {
			this.#set({ state: 'too_long' });
			return;
		}
		this.#set({ state: 'working' });
		try {
			const difference = await ask(left, right);
			if (this.#of !== of) return;
			if (!difference) this.#set({ state: 'too_long' });
			else {
				const same = [...difference.left, ...difference.right].every((runs) => runs.every(({ only }) => !only));
				this.left = { state: 'done', unit: difference.unit, same, texts: difference.left };
				this.right = { state: 'done', unit: difference.unit, same, texts: difference.right };
			}
		} catch {
			if (this.#of !== of) return;
			this.#of = '';
			this.#set({ state: 'failed' });
		}
	}

	#set(both: ComparedSide): void {
		this.left = both;
		this.right = both;
	}
}
