import { hash as digest } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { heldOutRow } from '../../domain/held-out.ts';
import { addTallies, tally } from '../../domain/manifest.ts';
import type { MapOptions, RowFacts } from '../../domain/mapping.ts';
import type { Message } from '../../domain/message.ts';
import { preferenceCycles } from '../../domain/preference-cycles.ts';
import { mapPrompt } from '../../domain/preference-dataset.ts';
import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { differenceBand, lengthBand } from '../../domain/row-selection.ts';
import type { Candidate } from '../../domain/row-selection.ts';
import { renderMessages } from '../../domain/training-row.ts';
import type { DocumentTexts, TrainingRow } from '../../domain/training-row.ts';
import type { NamedBundle } from '../db/bundles.ts';
import type { CandidateRow } from '../db/snapshot-candidates.ts';
import type { Fate, RowLine } from '../db/snapshots.ts';
import type { CountedRow, SnapshotCount } from './count-rows.ts';

/** What selection and counting know of a train row. `promptRank`: its place among the rows of its prompt, by lot. */
export type SelectionFacts = Candidate & CountedRow & { promptRank: number };

/** As the domain's, by the platform's own code: every text of a record passes here. Its texts hold no half of a surrogate pair, of which the two might think differently. */
const sha256Hex = (text: string): string => digest('sha256', text);

export type RenderedPrompt = { fates: Fate[]; candidates: CandidateRow<SelectionFacts>[] };

/** What the caller wants of a prompt besides its counts. `line` gets each row as soon as it is written out, so that not all of a prompt's are held at once: each repeats the prompt. Null: no rows are wanted. */
export type RenderWants = { line: ((row: RowLine) => Promise<void> | undefined) | null; candidates: boolean; /** Gives the next row of the snapshot its number. */ next: () => number };

/** Rows, fates and counts of one prompt. A prompt has one split: its rows go to that split's file, those of its rewrites to train. */
export async function renderPrompt(bundle: NamedBundle, objective: DatasetObjective, options: MapOptions, counted: SnapshotCount, wants: RenderWants): Promise<RenderedPrompt> {
	const own = mapPrompt(objective, bundle, { ...options, split: bundle.split });
	const train = bundle.split === 'train' ? own : mapPrompt(objective, bundle, options);
	const candidates: CandidateRow<SelectionFacts>[] = [];
	const votes = votesOf(own.dispositions.filter(({ disposition }) => disposition === 'used').map(({ judgmentKey }) => judgmentKey), bundle);
	const put = async (row: TrainingRow, facts: RowFacts, from: { comparisonIds: string[]; judgmentId: string | null; rewrite: boolean }): Promise<void> => {
		const known = knownOf(bundle, row, facts, from.rewrite);
		counted.row(bundle.split, known);
		if (!wants.line && !(wants.candidates && bundle.split === 'train')) return;
		const line = canonicalJson(row);
		const [seq, hash] = [wants.next(), sha256Hex(line)];
		await wants.line?.({ seq, file: bundle.split, hash, line });
		if (!wants.candidates || bundle.split !== 'train') return;
		const weight = from.comparisonIds.reduce((sum, id) => sum + (votes.get(id) ?? 0), 0);
		candidates.push({ seq, hash, weight, comparisonIds: from.comparisonIds, judgmentId: from.judgmentId, facts: { ...known, ...candidateOf(bundle, facts), promptRank: 0 } });
	};
	for (const [index, row] of own.rows.entries()) await put(row, own.facts[index] as RowFacts, { comparisonIds: own.origins[index] ?? [], judgmentId: own.judgments[index] ?? null, rewrite: false });
	for (const [index, row] of own.rewrites.rows.entries()) await put(row, own.rewrites.facts[index] as RowFacts, { comparisonIds: [], judgmentId: null, rewrite: true });
	candidates.sort((x, y) => (x.hash === y.hash ? x.weight - y.weight : x.hash < y.hash ? -1 : 1)).forEach(({ facts }, index) => (facts.promptRank = index + 1));
	const textHashes = wants.line ? hashTexts(bundle, options.documentTexts) : new Map<string, string>();
	for (const [index, comparison] of bundle.comparisons.entries()) {
		const deliberation = own.deliberations[index];
		if (deliberation) counted.judgedBy.hear(bundle.group, comparison.mode, deliberation);
		const row = heldOutRow(bundle, comparison, options);
		if (!row) continue;
		counted.heldOut += 1;
		if (!wants.line) continue;
		const line = canonicalJson(row);
		await wants.line({ seq: wants.next(), file: 'held_out', hash: sha256Hex(line), line });
	}
	counted.totals.prompts += 1;
	counted.totals.comparisons += bundle.comparisons.length;
	counted.totals.judgments += bundle.comparisons.reduce((sum, comparison) => sum + comparison.judgments.length, 0);
	counted.comparisons = addTallies(counted.comparisons, tally(train.outcomes.map(({ outcome }) => outcome)));
	counted.judgments = addTallies(counted.judgments, tally(train.dispositions.map(({ disposition }) => disposition)));
	counted.rewrites = addTallies(counted.rewrites, tally(own.rewrites.fates.map(({ fate }) => fate)));
	if (bundle.systemPromptHash) counted.systemPrompts.add(bundle.systemPromptHash);
	const decisive = train.outcomes.flatMap(({ comparisonKey, verdict }) => {
		const comparison = bundle.comparisons.find((candidate) => candidate.key === comparisonKey);
		if (!comparison?.b || (verdict !== 'a' && verdict !== 'b')) return [];
		return [verdict === 'a' ? { winner: comparison.a, loser: comparison.b } : { winner: comparison.b, loser: comparison.a }];
	});
	counted.cycles += preferenceCycles(decisive).length;
	const comparisonOf = new Map(bundle.comparisons.flatMap((comparison) => comparison.judgments.map((judgment) => [judgment.key, comparison.key] as const)));
	const fates: Fate[] = [
		...train.outcomes.map(({ comparisonKey, outcome, verdict }) => ({ judgmentId: null, comparisonId: comparisonKey, fate: outcome, split: bundle.split, verdict, textHash: textHashes.get(comparisonKey) ?? null })),
		...train.dispositions.map(({ judgmentKey, disposition }) => ({ judgmentId: judgmentKey, comparisonId: comparisonOf.get(judgmentKey) ?? '', fate: disposition, split: null, verdict: null, textHash: null }))
	];
	return { fates, candidates };
}

/** Half a SHA-256 of what the engine would read of each comparison, whatever its verdict and the objective: enough to see that a text has changed. */
function hashTexts(bundle: NamedBundle, documentTexts: DocumentTexts | undefined): Map<string, string> {
	const read = (messages: readonly Message[]): string => {
		const { messages: turns, images } = renderMessages(messages, documentTexts);
		return JSON.stringify([turns, images]);
	};
	const prompt = read(bundle.messages);
	const answers = new Map(bundle.responses.map(({ key, messages }) => [key, read(messages)]));
	return new Map(bundle.comparisons.map(({ key, a, b }) => [key, sha256Hex([prompt, answers.get(a), b == null ? '' : answers.get(b)].join('\n')).slice(0, 32)]));
}

/** Used judgments by comparison. */
function votesOf(judgmentKeys: readonly string[], bundle: NamedBundle): Map<string, number> {
	const used = new Set(judgmentKeys);
	return new Map(bundle.comparisons.map((comparison) => [comparison.key, comparison.judgments.filter(({ key }) => used.has(key)).length]));
}

function knownOf(bundle: NamedBundle, row: TrainingRow, { answerKey, chars, lengths, neutralised, documentsWithoutText }: RowFacts, rewrite: boolean): CountedRow {
	return {
		tags: bundle.tags,
		language: bundle.language,
		source: answerKey === null ? null : (bundle.sources.get(answerKey) ?? null),
		chars,
		group: bundle.group,
		pair: lengths && { longerChosen: lengths.chosen === lengths.rejected ? null : lengths.chosen > lengths.rejected },
		label: 'label' in row ? row.label : null,
		rewrite,
		neutralised,
		documentsWithoutText
	};
}

function candidateOf(bundle: NamedBundle, { answerKey, chars, lengths }: RowFacts): Omit<Candidate, 'tags'> {
	return {
		// The class that a cap counts: one checkpoint, endpoint or person, not all of a kind.
		sourceClass: bundle.responses.find(({ key }) => key === answerKey)?.source ?? 'rewrite',
		lengthBand: lengthBand(chars),
		longerChosen: !lengths || lengths.chosen === lengths.rejected ? null : lengths.chosen > lengths.rejected,
		differenceBand: lengths ? differenceBand(lengths.chosen, lengths.rejected) : 0
	};
}
