import * as v from 'valibot';
import { DATASET_OBJECTIVES } from './preference-dataset.ts';
import { SnapshotRuleSchema } from './snapshot-rule.ts';

/** What somebody asks a snapshot to be: of the API and of the page, to freeze it or only to count. */
export const SnapshotRequestSchema = v.object({
	objective: v.picklist(DATASET_OBJECTIVES, DATASET_OBJECTIVES.join(', ')),
	/** Numbers of rounds; left out: the newest. */
	rounds: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.minLength(1))),
	rule: v.optional(SnapshotRuleSchema)
});
