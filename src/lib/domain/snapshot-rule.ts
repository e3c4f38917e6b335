import * as v from 'valibot';
import type { Strength } from './judging-form.ts';

/** Where a judgment may come from. Only the workspace's own fill places; the others speak where nobody here has judged. */
export const ORIGINS = ['workspace', 'import', 'playground', 'feedback', 'model'] as const;
export type Origin = (typeof ORIGINS)[number];

/**
 * majority: adjudicated first, else more than half · unanimity: adjudicated
 * first, else all alike · dawid_skene: adjudicated first, else the likeliest
 * verdict when judges are weighed by their errors · each: a row per judgment.
 */
export const AGGREGATIONS = ['majority', 'unanimity', 'dawid_skene', 'each'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** ignore · margin: written into rm's rows, the only loss that reads one · clear_only: a preference counts when most who preferred it did so clearly. */
export const STRENGTH_USES = ['ignore', 'margin', 'clear_only'] as const;

/** equal: judged the same on both sides · same_way: on the side of the verdict. */
export const CRITERION_TESTS = ['equal', 'same_way'] as const;

/** Margins of a stated strength: the small ones of Llama 2 (Touvron et al. 2023, table 27; significantly and slightly better). */
export const MARGINS: Readonly<Record<Strength, number>> = { slightly: 1 / 3, clearly: 1 };

/** Classes whose rows may be capped; each row belongs to one prompt, source and length, and to any number of tags. */
export const CAPPED = ['prompt', 'source', 'tag', 'length'] as const;
export type Capped = (typeof CAPPED)[number];

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const cap = v.optional(v.nullable(v.union([positive, v.literal('smallest')], 'a number of at least 1, “smallest”, or null')), null);
const criterionKey = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/**
 * How judgments become rows, as a form, the API, a saved rule and the manifest
 * hold it. Left out: the default.
 */
export const SnapshotRuleSchema = v.strictObject({
	origins: v.optional(v.pipe(v.array(v.picklist(ORIGINS)), v.minLength(1)), ['workspace']),
	/** The name that rules had for origin `import` before there were others; true adds it. */
	includeImports: v.optional(v.boolean()),
	/** Whose judgments are taken; null: everybody's. */
	annotators: v.optional(v.nullable(v.strictObject({ mode: v.picklist(['only', 'except']), people: v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.minLength(1)) })), null),
	aggregation: v.optional(v.picklist(AGGREGATIONS), 'majority'),
	/** Least share of the votes for the verdict (dawid_skene: its probability); null: none. An adjudication needs none. */
	minAgreement: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0.5), v.maxValue(1))), null),
	strength: v.optional(v.picklist(STRENGTH_USES), 'ignore'),
	/** Only comparisons that pass all of these. */
	criteria: v.optional(v.array(v.strictObject({ key: criterionKey, is: v.picklist(CRITERION_TESTS) })), []),
	/** Learn from what was said of this criterion instead of the verdict; null: the verdict. */
	criterion: v.optional(v.nullable(criterionKey), null),
	includeRewrites: v.optional(v.boolean(), true),
	/** Longest row, prompt and longer answer together, in UTF-16 units; null: no limit. */
	maxChars: v.optional(v.nullable(positive), null),
	/** Most train rows of a prompt, source of the learnt answer, tag, length band; `smallest`: as many as the smallest class has. */
	caps: v.optional(v.strictObject({ prompt: v.optional(v.nullable(positive), null), source: cap, tag: cap, length: cap }), {}),
	/** Leave out train pairs by lot until the longer answer wins as often as the shorter. */
	matchLength: v.optional(v.boolean(), false)
});

/** A rule as a client declares it. */
export type SnapshotRuleInput = v.InferInput<typeof SnapshotRuleSchema>;
/** A rule with nothing left out. */
export type SnapshotRule = Omit<v.InferOutput<typeof SnapshotRuleSchema>, 'includeImports'>;

/** A declared rule in its one form: defaults in place, lists sorted and each entry once. @throws on what the schema refuses */
export function completeRule(given: SnapshotRuleInput = {}): SnapshotRule {
	const { includeImports, ...rule } = v.parse(SnapshotRuleSchema, given);
	const origins = new Set<string>([...rule.origins, ...(includeImports ? ['import'] : [])]);
	const criteria = new Map(rule.criteria.map((one) => [`${one.key} ${one.is}`, one]));
	return {
		...rule,
		origins: ORIGINS.filter((origin) => origins.has(origin)),
		annotators: rule.annotators && { ...rule.annotators, people: [...new Set(rule.annotators.people)].sort() },
		criteria: [...criteria.keys()].sort().flatMap((key) => criteria.get(key) ?? [])
	};
}

/** The rule of a stored snapshot or saved under a name, as far as it can be asked for again: what an earlier day did not know has its default. */
export function storedRule(stored: Record<string, unknown>): SnapshotRule {
	const { rounds: _rounds, filter: _filter, margins: _margins, ...rule } = stored;
	const again = v.safeParse(SnapshotRuleSchema, rule);
	return again.success ? completeRule(again.output) : completeRule({ includeImports: stored['includeImports'] === true, maxChars: typeof stored['maxChars'] === 'number' ? stored['maxChars'] : null });
}

/** Whether a rule leaves rows out by lot once they are made. */
export function selectsRows({ caps, matchLength }: Pick<SnapshotRule, 'caps' | 'matchLength'>): boolean {
	return matchLength || CAPPED.some((of) => caps[of] !== null);
}
