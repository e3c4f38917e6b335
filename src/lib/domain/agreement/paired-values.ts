import type { GroupSum } from '../cluster-bootstrap.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { alphaFigure } from './alpha-figure.ts';
import { addPair, emptyCoincidences } from './coincidences.ts';
import type { Coincidences } from './coincidences.ts';
import type { Scale } from './scale.ts';
import { shareOfSums } from './share-figure.ts';

/** Agreement of two raters: `alpha` with each pair of values as a unit of two, `n` its values; `equal` the share of pairs with the same value, `n` the pairs. */
export type PairAgreement = { alpha: AgreementFigure; equal: AgreementFigure };

/** Pairs of values that two raters gave to the same things, counted by prompt group: what is kept goes by groups and not by pairs. */
export class PairedValues {
	readonly #groups = new Map<string, GroupSum & { coincidences: Coincidences }>();
	readonly #scale: Scale;

	constructor(scale: Scale) {
		this.#scale = scale;
	}

	/** Adds a pair of places in the scale's categories. */
	add(group: string, x: number, y: number): void {
		let of = this.#groups.get(group);
		if (!of) this.#groups.set(group, (of = { group, sum: 0, size: 0, coincidences: emptyCoincidences(this.#scale.categories.length) }));
		of.size += 1;
		if (x === y) of.sum += 1;
		addPair(of.coincidences, x, y);
	}

	/** Both figures are null, with a reason, without a pair. */
	agreement(options: AgreementOptions): PairAgreement {
		const groups = [...this.#groups.values()];
		return { alpha: alphaFigure(groups, this.#scale.metric, options), equal: shareOfSums(groups, options) };
	}
}
