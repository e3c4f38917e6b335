import { sentences, squeezed, units } from './answer-text.ts';

/** A stretch of at most so many words that is said so often in a row is a loop. */
const STRETCH = 20;
const TIMES = 4;
/** A sentence of some length that stands so often in one answer is one as well. */
const SENTENCE_UNITS = 4;

/** Whether an answer goes in circles: some stretch of up to 20 words or Han characters four times in a row (single ones eight times), or one sentence four times. */
export function loops(text: string): boolean {
	const all = units(text);
	for (let stretch = 1; stretch <= STRETCH; stretch++) {
		let same = 0;
		// Two characters of a row of dots or "ha ha ha ha" are style; a word said eight times is not.
		const needed = stretch * ((stretch === 1 ? TIMES * 2 : TIMES) - 1);
		for (let place = stretch; place < all.length; place++) {
			same = all[place] === all[place - stretch] ? same + 1 : 0;
			if (same >= needed) return true;
		}
	}
	const seen = new Map<string, number>();
	for (const sentence of sentences(text)) {
		const key = squeezed(sentence).toLowerCase();
		if (units(key).length < SENTENCE_UNITS) continue;
		const times = (seen.get(key) ?? 0) + 1;
		if (times >= TIMES) return true;
		seen.set(key, times);
	}
	return false;
}

/** A run of so many words or Han characters that also stands in a training answer was not made up anew (Carlini et al. 2023 take 50 tokens). */
const RUN = 50;

/**
 * Finds which answers repeat a training answer: word for word as a whole, or in
 * a run of 50 words or Han characters. Training answers are streamed through
 * `see`, so that the memory is the answers' only.
 */
export function repeatFinder(answers: readonly string[]): { see: (training: string) => void; repeats: () => boolean[] } {
	const whole = new Map<string, number[]>();
	const runs = new Map<string, number[]>();
	const found = answers.map(() => false);
	const add = (map: Map<string, number[]>, key: string, place: number) => void (map.get(key)?.push(place) ?? map.set(key, [place]));
	for (const [place, answer] of answers.entries()) {
		const all = units(answer);
		if (all.length === 0) continue;
		add(whole, all.join(' '), place);
		for (let from = 0; from + RUN <= all.length; from++) add(runs, all.slice(from, from + RUN).join(' '), place);
	}
	const mark = (places: readonly number[] | undefined) => {
		for (const place of places ?? []) found[place] = true;
	};
	return {
		see: (training) => {
			const all = units(training);
			mark(whole.get(all.join(' ')));
			for (let from = 0; from + RUN <= all.length; from++) mark(runs.get(all.slice(from, from + RUN).join(' ')));
		},
		repeats: () => [...found]
	};
}
