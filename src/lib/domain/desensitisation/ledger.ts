import { bare, fold } from './fold.ts';
import { PLACEHOLDER } from './kept-marks.ts';
import type { Kind } from './kind.ts';

const NUMBERS: readonly Kind[] = ['id_card', 'bank_card', 'iban', 'phone', 'passport', 'plate'];

/** What makes two findings one value: numbers without their blanks and dashes, the rest without width and case. */
export function valueOf(kind: Kind, text: string): string {
	const folded = fold(text);
	const plain = NUMBERS.includes(kind) ? bare(folded) : folded.trim().replace(/\s+/gu, ' ').toLowerCase();
	return kind === 'phone' ? plain.replace(/^(?:00)?86(?=1[3-9]\d{9}$)/, '') : plain;
}

/** The numbers of one document's placeholders. */
export type Ledger = { placeholderFor: (kind: Kind, text: string) => string };

/**
 * Numbers the values of one document in the order in which they are asked for:
 * the same value has the same placeholder wherever it stands, so that two answers
 * speak of the same person. Begins behind the numbers that `texts` hold already.
 */
export function createLedger(texts: readonly string[] = []): Ledger {
	const last = new Map<string, number>();
	for (const text of texts) {
		for (const [, label = '', number = ''] of text.matchAll(PLACEHOLDER)) if (/^\d{1,9}$/.test(number)) last.set(label, Math.max(last.get(label) ?? 0, Number(number)));
	}
	const given = new Map<string, string>();
	return {
		placeholderFor: (kind, text) => {
			const value = `${kind}\0${valueOf(kind, text)}`;
			const known = given.get(value);
			if (known !== undefined) return known;
			const label = kind.toUpperCase();
			const number = (last.get(label) ?? 0) + 1;
			last.set(label, number);
			const placeholder = `[${label}_${number}]`;
			given.set(value, placeholder);
			return placeholder;
		}
	};
}
