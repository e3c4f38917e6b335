import * as v from 'valibot';
import { isStorableText } from './message.ts';
import { MOST_INT } from './most-int.ts';
import { DATASET_OBJECTIVES } from './preference-dataset.ts';
import { SnapshotRuleSchema } from './snapshot-rule.ts';

/** An objective, said in words where it is another. */
export const ObjectiveSchema = v.picklist(DATASET_OBJECTIVES, DATASET_OBJECTIVES.join(', '));

/** What a rule may be called: some words on one line. */
export const RuleNameSchema = v.pipe(
	v.string(),
	v.trim(),
	v.minLength(1, 'must not be empty'),
	v.maxLength(80, 'at most 80 characters'),
	v.check((name) => isStorableText(name) && !/\p{Cc}/u.test(name), 'one line of text')
);

/** Of a round, or of a version of a rule. */
const ordinal = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_INT));

/** What somebody asks a snapshot to be: of the API and of the page, to freeze it or only to count. Its rule in full, or one that is saved. */
export const SnapshotRequestSchema = v.object({
	/** May be left out with a saved rule, which names it. */
	objective: v.optional(ObjectiveSchema),
	/** Numbers of rounds; left out: the newest. */
	rounds: v.optional(v.pipe(v.array(ordinal), v.minLength(1))),
	rule: v.optional(SnapshotRuleSchema),
	/** A rule of the project by name; without a version its newest. */
	saved: v.optional(v.strictObject({ name: RuleNameSchema, version: v.optional(ordinal) }))
});
