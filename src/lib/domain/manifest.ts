import { contentHash } from './canonical-json.ts';
import type { Composition } from './composition.ts';
import type { DesirableWeight } from './desirable-weight.ts';
import { SPLITS } from './holdout.ts';
import type { Split } from './holdout.ts';
import type { Strength } from './judging-form.ts';
import type { FindingCounts } from './desensitisation/counts.ts';
import { SHA256 } from './message.ts';
import { judgedByProblems } from './judged-by.ts';
import type { JudgedBy } from './judged-by.ts';
import type { LengthBias } from './length-bias.ts';
import { DATASET_OBJECTIVES, rowKindOf } from './preference-dataset.ts';
import type { DatasetObjective } from './preference-dataset.ts';
import { DROP_REASONS } from './prompt-bundle.ts';
import type { DropReason } from './prompt-bundle.ts';
import { MARGINS } from './snapshot-rule.ts';
import type { SnapshotRule } from './snapshot-rule.ts';

/** Raised when the meaning of any field changes, so that an old hash is never read with new eyes. 3: whole rules, reasons of their own for what a rule leaves out, length bias and composition. 4: who judged and how far they agreed, rows by length, what was hidden at import. */
export const MANIFEST_FORMAT = { name: 'plumbline-preference-dataset', version: 4 } as const;

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** One round, all from the first to one of them, or others. */
export type RoundsTaken = 'this_round' | 'all_rounds' | 'some_rounds';

/** What a choice of rounds is called. It depends on the choice alone: rounds that the project has beside them are no input of the dataset. */
export function roundsTaken(numbers: readonly number[]): RoundsTaken {
	if (numbers.length === 1) return 'this_round';
	return Math.max(...numbers) === numbers.length ? 'all_rounds' : 'some_rounds';
}

/** How judgments became rows, completed with its defaults. No ids, no times: people are a number, `filter` names what content shows. */
export type ManifestRule = Omit<SnapshotRule, 'annotators'> & {
	annotators: { mode: 'only' | 'except'; people: number } | null;
	/** What a stated strength was worth, where it became a margin. */
	margins?: Record<Strength, number>;
	/** Which rounds' judgments were taken; the filter holds their numbers. */
	rounds: RoundsTaken;
	filter?: JsonValue;
};

/** A rule as the manifest holds it. */
export function manifestRule(rule: SnapshotRule, rounds: readonly number[]): ManifestRule {
	return {
		...rule,
		annotators: rule.annotators && { mode: rule.annotators.mode, people: rule.annotators.people.length },
		...(rule.strength === 'margin' ? { margins: { ...MARGINS } } : {}),
		rounds: roundsTaken(rounds),
		filter: { rounds: [...rounds] }
	};
}

/** How many were used, and how many dropped for which reason; reasons with none are left out. */
export type Tally = { used: number; dropped: { [reason in DropReason]?: number } };
/** A file of rows: how many, and SHA-256 of its bytes. */
export type ManifestFile = { rows: number; sha256: string };

/** What a snapshot is, in full: the same inputs give the same bytes on any server (semantics 13). */
export type Manifest = {
	format: { name: string; version: number };
	objective: DatasetObjective;
	rule: ManifestRule;
	totals: { prompts: number; comparisons: number; judgments: number };
	comparisons: Tally;
	judgments: Tally;
	/** Rewrites of judgments that voted: those with a train row of their own (beside the comparisons' rows), and why others have none. */
	rewrites: Tally;
	/** Rows per split. The engine gets train and dev, never test. */
	splits: { [split in Split]: ManifestFile };
	/** Comparisons of dev and test in canonical form, whatever the objective. */
	heldOut: ManifestFile;
	/** Template marks made harmless in the train rows. */
	neutralised: number;
	/** Documents in the train rows of which only the title is there: nothing could be read. Left out where there are none. */
	documentsWithoutText?: number;
	/** SHA-256 of the texts that were in force, sorted, each once. */
	guidelines: string[];
	systemPrompts: string[];
	/** kto's train rows by label; null for other objectives. */
	labels: { desirable: number; undesirable: number } | null;
	/** Proposed loss weights (KTO, Eq. 8); null for other objectives or when a label is missing. */
	desirableWeight: DesirableWeight | null;
	/** Contradictions like a ≻ b ≻ c ≻ a over all prompts. They are reported, not dropped. */
	cycles: number;
	/** How often the longer answer of a train pair is the chosen one; null where rows are no pairs. */
	lengthBias: LengthBias | null;
	/** Rows by tag, language, source of the learnt answer and length. */
	composition: Composition | null;
	/** Null: frozen before format 4, which does not know. */
	judgedBy: JudgedBy | null;
	/** What imports of these rounds were looked through for, and what was found and dealt with in them; null as above. */
	desensitised: { looked: 'all' | 'some' | 'none'; found: FindingCounts } | null;
};

/** What a manifest is built from: all of it but the format. */
export type ManifestInput = Omit<Manifest, 'format'>;

/** Counts outcomes of comparisons (`row`) or dispositions of judgments (`used`) by reason. */
export function tally(fates: Iterable<'row' | 'used' | DropReason>): Tally {
	const counted: Tally = { used: 0, dropped: {} };
	for (const fate of fates) {
		if (fate === 'row' || fate === 'used') counted.used += 1;
		else counted.dropped[fate] = (counted.dropped[fate] ?? 0) + 1;
	}
	return counted;
}

/** Two tallies as one, so that a large dataset can be counted prompt by prompt. */
export function addTallies(one: Tally, other: Tally): Tally {
	const dropped: Tally['dropped'] = {};
	for (const reason of DROP_REASONS) {
		const count = (one.dropped[reason] ?? 0) + (other.dropped[reason] ?? 0);
		if (count > 0) dropped[reason] = count;
	}
	return { used: one.used + other.used, dropped };
}

/**
 * The manifest in its one form: hashes sorted and each once, empty reasons left
 * out. Totals are counted apart from the tallies by the caller, so that
 * `manifestProblems` can find a judgment that was lost on the way.
 */
export function buildManifest(input: ManifestInput): Manifest {
	const none: Tally = { used: 0, dropped: {} };
	const hashes = (list: readonly string[]): string[] => [...new Set(list)].sort();
	return {
		format: { ...MANIFEST_FORMAT },
		objective: input.objective,
		rule: input.rule,
		totals: input.totals,
		comparisons: addTallies(input.comparisons, none),
		judgments: addTallies(input.judgments, none),
		rewrites: addTallies(input.rewrites, none),
		splits: input.splits,
		heldOut: input.heldOut,
		neutralised: input.neutralised,
		...(input.documentsWithoutText ? { documentsWithoutText: input.documentsWithoutText } : {}),
		guidelines: hashes(input.guidelines),
		systemPrompts: hashes(input.systemPrompts),
		labels: input.labels,
		desirableWeight: input.desirableWeight,
		cycles: input.cycles,
		lengthBias: input.lengthBias,
		composition: input.composition,
		judgedBy: input.judgedBy,
		desensitised: input.desensitised
	};
}

/** A stored manifest as it is read today: what earlier formats did not know is absent, not guessed. Its bytes stay as they were hashed. */
export function readableManifest(stored: Manifest): Manifest {
	const known: Partial<Manifest> = stored;
	const composition: Partial<Composition> | null | undefined = known.composition;
	return {
		...stored,
		rewrites: known.rewrites ?? { used: 0, dropped: {} },
		lengthBias: known.lengthBias ?? null,
		composition: composition ? { tags: [], languages: [], sources: [], ...composition, lengths: composition.lengths ?? null } : null,
		judgedBy: known.judgedBy ?? null,
		desensitised: known.desensitised ?? null
	};
}

/** SHA-256 of the manifest's RFC 8785 form: the snapshot's name. */
export function manifestHash(manifest: Manifest): string {
	return contentHash(manifest);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/** What does not add up in a manifest, one sentence each; empty when all does. */
export function manifestProblems(manifest: Manifest): string[] {
	const { format, objective, totals, comparisons, judgments, rewrites, splits, heldOut, labels, desirableWeight } = manifest;
	const problems: string[] = [];
	const check = (holds: boolean, problem: string): void => {
		if (!holds) problems.push(problem);
	};
	check(format.name === MANIFEST_FORMAT.name && format.version === MANIFEST_FORMAT.version, `The format ${format.name} ${format.version} is not known here.`);
	check(DATASET_OBJECTIVES.includes(objective), `The objective ${objective} is not known here.`);
	const files = [...SPLITS.map((split) => ({ name: split as string, file: splits[split] })), { name: 'held-out', file: heldOut }];
	for (const { name, file } of files) {
		check(isCount(file.rows), `The ${name} file has ${file.rows} rows.`);
		check(SHA256.test(file.sha256), `The ${name} file has no SHA-256.`);
	}
	for (const hash of [...manifest.guidelines, ...manifest.systemPrompts]) check(SHA256.test(hash), `${hash} is not a SHA-256.`);
	for (const count of [...Object.values(totals), manifest.neutralised, manifest.cycles, manifest.documentsWithoutText ?? 0]) check(isCount(count), `${count} is not a count.`);
	for (const [name, counted, total] of [['comparisons', comparisons, totals.comparisons], ['judgments', judgments, totals.judgments]] as const) {
		for (const reason of Object.keys(counted.dropped)) check((DROP_REASONS as readonly string[]).includes(reason), `${reason} is not a reason to drop ${name}.`);
		const counts = [counted.used, ...Object.values(counted.dropped)];
		check(counts.every(isCount), `Not every number of ${name} is a count.`);
		check(sum(counts) === total, `Used and dropped ${name} add up to ${sum(counts)}, not to ${total}.`);
	}
	check(comparisons.used <= judgments.used, `${comparisons.used} comparisons were used, but only ${judgments.used} judgments.`);
	check(comparisons.used > 0 === judgments.used > 0, 'Judgments were used without a comparison, or the other way round.');
	for (const [reason, count] of Object.entries(rewrites.dropped)) check((DROP_REASONS as readonly string[]).includes(reason) && isCount(count), `${count} rewrites were dropped as ${reason}.`);
	check(isCount(rewrites.used) && rewrites.used <= splits.train.rows, `${rewrites.used} rewrites gave rows, but there are ${splits.train.rows} train rows.`);
	check(rewrites.used + sum(Object.values(rewrites.dropped)) <= totals.judgments, 'There are more rewrites than judgments.');
	check(manifest.rule.includeRewrites || rewrites.used === 0, 'Rewrites gave rows against the rule.');
	/** Train rows that come from verdicts. */
	const judged = splits.train.rows - rewrites.used;
	check(comparisons.used > 0 === judged > 0, 'Train rows without a used comparison, or the other way round.');
	check(heldOut.rows <= (comparisons.dropped.split ?? 0), `${heldOut.rows} held-out comparisons, but only ${comparisons.dropped.split ?? 0} on held-out prompts.`);
	if (objective === 'kto') {
		check(judged <= 2 * comparisons.used, `${judged} train rows from ${comparisons.used} comparisons.`);
		check(labels !== null && labels.desirable + labels.undesirable === splits.train.rows, 'The labels do not add up to the train rows.');
	} else if (objective === 'sft') {
		// One answer may win several comparisons, no comparison has two winners.
		check(judged <= comparisons.used, `${judged} train rows from ${comparisons.used} comparisons.`);
	} else if (manifest.rule.aggregation === 'each') {
		check(judged === judgments.used, `${judged} train rows from ${judgments.used} judgments.`);
	} else {
		check(judged === comparisons.used, `${judged} train rows from ${comparisons.used} comparisons.`);
	}
	if (objective !== 'kto') check(labels === null && desirableWeight === null, 'Labels belong to kto alone.');
	check(rowKindOf(objective) === 'pair' ? manifest.lengthBias !== null && manifest.lengthBias.pairs + manifest.lengthBias.sameLength === splits.train.rows : manifest.lengthBias === null, 'Pairs by length do not add up to the train rows.');
	if (manifest.judgedBy) problems.push(...judgedByProblems(manifest.judgedBy, totals.comparisons));
	return problems;
}
