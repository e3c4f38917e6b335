import { CompositionCount } from '../../domain/composition.ts';
import type { Ingredients } from '../../domain/composition.ts';
import type { Split } from '../../domain/holdout.ts';
import { JudgedByCount } from '../../domain/judged-by.ts';
import { LengthBiasCount } from '../../domain/length-bias.ts';
import { addTallies } from '../../domain/manifest.ts';
import type { ManifestInput, Tally } from '../../domain/manifest.ts';
import type { DropReason } from '../../domain/prompt-bundle.ts';

/** What is counted of a row that is in a snapshot. */
export type CountedRow = Ingredients & { group: string; /** Null where the row is no pair. */ pair: { longerChosen: boolean | null } | null; label: boolean | null; rewrite: boolean; neutralised: number; documentsWithoutText: number };

const NONE = { used: 0, dropped: {} };

/** The figures of a snapshot in the making. Memory does not grow with its rows. */
export class SnapshotCount {
	totals: ManifestInput['totals'] = { prompts: 0, comparisons: 0, judgments: 0 };
	comparisons: Tally = NONE;
	judgments: Tally = NONE;
	rewrites: Tally = NONE;
	readonly rows: Record<Split, number> = { train: 0, dev: 0, test: 0 };
	heldOut = 0;
	neutralised = 0;
	documentsWithoutText = 0;
	cycles = 0;
	readonly labels = { desirable: 0, undesirable: 0 };
	readonly systemPrompts = new Set<string>();
	readonly composition = new CompositionCount();
	readonly lengthBias = new LengthBiasCount();
	readonly judgedBy = new JudgedByCount();

	/** Takes a row in, or (−1) out again. What is counted of texts and pairs is counted of train rows. */
	row(split: Split, row: CountedRow, sign: 1 | -1 = 1): void {
		this.rows[split] += sign;
		this.composition.add(split, row, sign);
		if (split !== 'train') return;
		this.neutralised += sign * row.neutralised;
		this.documentsWithoutText += sign * row.documentsWithoutText;
		if (row.pair) this.lengthBias.add(row.group, row.pair.longerChosen, sign);
		if (row.label !== null) this.labels[row.label ? 'desirable' : 'undesirable'] += sign;
	}

	/** A rewrite's row that is left out after all. */
	dropRewrite(reason: DropReason): void {
		this.rewrites = addTallies({ used: this.rewrites.used - 1, dropped: this.rewrites.dropped }, { used: 0, dropped: { [reason]: 1 } });
	}
}
