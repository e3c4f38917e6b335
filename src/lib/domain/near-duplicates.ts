import { contentHash } from './canonical-json.ts';
import { messagesText } from './message.ts';
import type { Message } from './message.ts';

/** From which likeness on (Jaccard of their shingles) two questions are shown to a person. */
export const THRESHOLD = 0.6;

/** Pairs that are kept of one question with those before it: enough to bring it to its group. */
export const MOST_PAIRS = 5;

/** What of a question is compared with others: its words without the system message, which says how to answer and not what is asked. */
export function comparedWords(messages: readonly Message[]): string {
	return messagesText(messages.filter(({ role }) => role !== 'system'));
}

/** Questions with other images or documents are other questions, however alike their words: a hash of what they hold, empty where that is nothing. */
export function attachmentsKey(messages: readonly Message[]): string {
	const held = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'text' ? [] : [part.artifact]))));
	return held.length === 0 ? '' : contentHash([...new Set(held)].sort());
}

/** A pair of questions by their ids, the smaller first. */
export type IdPair = readonly [string, string];

/** Pairs within a batch that share a hash of a band, each with how many they share. */
export function bandPairs(batch: readonly { id: string; bands: readonly string[] }[]): { pair: IdPair; shared: number }[] {
	const holders = new Map<string, string[]>();
	for (const { id, bands } of batch) for (const band of bands) holders.set(band, [...(holders.get(band) ?? []), id]);
	const shared = new Map<string, number>();
	for (const ids of holders.values()) {
		for (const [at, one] of ids.entries()) for (const other of ids.slice(at + 1)) {
			const key = one < other ? `${one} ${other}` : `${other} ${one}`;
			shared.set(key, (shared.get(key) ?? 0) + 1);
		}
	}
	return [...shared].map(([key, n]) => ({ pair: key.split(' ') as [string, string], shared: n }));
}

/** A question looked at before that shares bands with a new one. */
export type Sharing = { id: string; other: string; /** Whether they are of different groups. */ apart: boolean; shared: readonly string[] };

/** A candidate pair: a question, another that it might be like, and how many bands they share. */
export type Candidate = { id: string; other: string; apart: boolean; shared: number };

/** Of each question those of another group that share most bands with it, `most` of them. */
export function likeliest(candidates: readonly Candidate[], most: number): IdPair[] {
	const taken = new Map<string, number>();
	return candidates
		.filter(({ apart }) => apart)
		.sort((x, y) => y.shared - x.shared || (x.other < y.other ? -1 : 1))
		.flatMap(({ id, other }): IdPair[] => {
			const n = (taken.get(id) ?? 0) + 1;
			taken.set(id, n);
			if (n > most) return [];
			return [id < other ? [id, other] : [other, id]];
		});
}

/**
 * A band that so many questions hold is that of a mould ("What is the difference
 * between … and …?"): of later ones it is no longer kept. They are found by the
 * bands that tell them apart, and those of a mould by its first; what a new
 * question costs does not grow with how many there are of its kind.
 */
export const FULL_BAND = 50;

/** The questions of a batch with those of their bands that are not full, in the order of the batch; `before` are the questions looked at before. */
export function withOpenBands<T extends { bands: readonly string[] }>(batch: readonly T[], before: readonly Sharing[], full = FULL_BAND): T[] {
	const holders = new Map<string, Set<string>>();
	for (const { other, shared } of before) for (const band of shared) holders.set(band, (holders.get(band) ?? new Set()).add(other));
	const held = new Map([...holders].map(([band, ids]) => [band, ids.size]));
	return batch.map((one) => {
		const bands = one.bands.filter((band) => (held.get(band) ?? 0) < full);
		for (const band of bands) held.set(band, (held.get(band) ?? 0) + 1);
		return { ...one, bands };
	});
}

/** A pair whose likeness is known. */
export type Likeness = { pair: IdPair; estimate: number; jaccard: number };

/**
 * The pairs that are kept: alike by the threshold at least, and of each question
 * only those with the most like it among the smaller ids, `most` of them. What
 * is kept follows from the pairs alone, whatever their order.
 */
export function pairsToKeep(found: readonly Likeness[], { threshold = THRESHOLD, most = MOST_PAIRS }: { threshold?: number; most?: number } = {}): Likeness[] {
	const alike = found.filter(({ jaccard }) => jaccard >= threshold).sort((x, y) => y.jaccard - x.jaccard || (x.pair[0] === y.pair[0] ? 0 : x.pair[0] < y.pair[0] ? -1 : 1));
	const kept = new Map<string, number>();
	return alike.filter(({ pair: [, newer] }) => {
		const n = (kept.get(newer) ?? 0) + 1;
		kept.set(newer, n);
		return n <= most;
	});
}
