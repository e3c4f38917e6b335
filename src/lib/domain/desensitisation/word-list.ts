import { fold } from './fold.ts';
import type { Span } from './kind.ts';

const LATIN = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d_]/u;

/**
 * A detector of words that somebody listed, whatever their case and width; a
 * Latin word only as a whole. Words are looked up by their first sign, so that
 * thousands of them cost little more than one.
 */
export function wordDetector(words: readonly string[]): (folded: string) => Span[] {
	const byFirst = new Map<string, string[]>();
	for (const given of words) {
		const word = fold(given).toLowerCase().trim();
		if (word === '') continue;
		const first = word.charAt(0);
		byFirst.set(first, [...(byFirst.get(first) ?? []), word]);
	}
	for (const list of byFirst.values()) list.sort((a, b) => b.length - a.length);
	const stands = (text: string, start: number, end: number) =>
		!(LATIN.test(text.charAt(start)) && LATIN.test(text.charAt(start - 1))) && !(LATIN.test(text.charAt(end - 1)) && LATIN.test(text.charAt(end)));
	return (folded) => {
		const text = lowered(folded);
		const spans: Span[] = [];
		for (let at = 0; at < text.length; at++) {
			const word = byFirst.get(text.charAt(at))?.find((one) => text.startsWith(one, at) && stands(text, at, at + one.length));
			if (word === undefined) continue;
			spans.push({ start: at, end: at + word.length });
			at += word.length - 1;
		}
		return spans;
	};
}

/** Lower case sign by sign: a few signs (İ) grow when their case changes, and offsets must stay. */
function lowered(text: string): string {
	const lower = text.toLowerCase();
	return lower.length === text.length ? lower : Array.from({ length: text.length }, (_, i) => text.charAt(i).toLowerCase().charAt(0)).join('');
}
