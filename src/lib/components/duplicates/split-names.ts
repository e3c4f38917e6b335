import type { Split } from '#lib/domain/holdout.ts';
import * as m from '#lib/paraglide/messages.js';

const NAMES: Record<Split, () => string> = { train: m.snapshot_split_train, dev: m.snapshot_split_dev, test: m.snapshot_split_test };

/** What a part of the questions is for, in the reader's language. */
export function splitName(split: Split): string {
	return NAMES[split]();
}
