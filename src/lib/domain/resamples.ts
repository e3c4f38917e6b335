import { createRng } from './rng.ts';

/** How often each group was drawn, resample by resample. The array is reused: read it before asking for the next. */
export type Resamples = Iterable<Uint32Array>;

/** Draws as many groups as there are, with replacement, again and again: the same ones for the same seed. */
export function* drawGroups(groups: number, of: { seed: string; resamples: number }): Generator<Uint32Array> {
	const rng = createRng(of.seed);
	const drawn = new Uint32Array(groups);
	for (let resample = 0; resample < of.resamples; resample++) {
		drawn.fill(0);
		rng.tally(drawn, groups);
		yield drawn;
	}
}

/**
 * Resamples of all groups of some data, drawn once for every figure about them:
 * with many groups the drawing costs more than what is computed of it. A figure
 * that some groups say nothing about reads its own out of the same resamples,
 * as a bootstrap of the data as a whole does.
 */
export class JointResamples {
	readonly #places: ReadonlyMap<string, number>;
	readonly #resamples: Uint32Array[];

	constructor(groups: Iterable<string>, of: { seed: string; resamples: number }) {
		// In their own order, so that the resamples do not depend on the order in which they came.
		this.#places = new Map([...new Set(groups)].sort().map((group, place) => [group, place]));
		this.#resamples = Array.from(drawGroups(this.#places.size, of), (drawn) => drawn.slice());
	}

	/** How often each of these groups was drawn. @throws RangeError for a group that is not among the data's */
	*of(groups: readonly string[]): Generator<Uint32Array> {
		const places = Uint32Array.from(groups, (group) => {
			const place = this.#places.get(group);
			if (place === undefined) throw new RangeError(`JointResamples: no group ${group}`);
			return place;
		});
		if (places.length === this.#places.size && places.every((place, group) => place === group)) return yield* this.#resamples;
		const drawn = new Uint32Array(groups.length);
		for (const resample of this.#resamples) {
			for (let group = 0; group < places.length; group++) drawn[group] = resample[places[group] ?? 0] ?? 0;
			yield drawn;
		}
	}
}
