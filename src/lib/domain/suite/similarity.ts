/** Longest n-grams that are compared, and how much more recall weighs than precision: chrF2 as published. */
const ORDER = 6;
const BETA = 2;

function grams(characters: readonly string[], n: number): Map<string, number> {
	const counts = new Map<string, number>();
	for (let from = 0; from + n <= characters.length; from++) {
		const gram = characters.slice(from, from + n).join('');
		counts.set(gram, (counts.get(gram) ?? 0) + 1);
	}
	return counts;
}

/**
 * chrF2 (Popović 2015, WMT): F-score over character n-grams of 1 to 6 without
 * spaces, precision and recall averaged over the orders that both texts have.
 * From 0 to 1; needs no words, so that Chinese and English are treated alike.
 */
export function similarity(answer: string, reference: string): number {
	const [said, wanted] = [answer, reference].map((text) => [...text.normalize('NFC').replace(/\s+/gu, '')]);
	if (!said || !wanted || said.length === 0 || wanted.length === 0) return said?.length === wanted?.length ? 1 : 0;
	let [precision, recall, orders] = [0, 0, 0];
	for (let n = 1; n <= ORDER; n++) {
		const [ours, theirs] = [grams(said, n), grams(wanted, n)];
		if (ours.size === 0 || theirs.size === 0) continue;
		let shared = 0;
		for (const [gram, count] of ours) shared += Math.min(count, theirs.get(gram) ?? 0);
		precision += shared / (said.length - n + 1);
		recall += shared / (wanted.length - n + 1);
		orders += 1;
	}
	[precision, recall] = [precision / orders, recall / orders];
	return precision + recall === 0 ? 0 : ((1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}
