import * as v from 'valibot';
import { LINEAGE_KINDS } from '../../../domain/lineage/graph.ts';
import { LINEAGE_OF } from '../../usecases/read-lineage.ts';
import { idParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const thing = v.looseObject({ key: v.string(), kind: v.picklist(LINEAGE_KINDS), id: v.string() });

export const readLineage = operation({
	id: 'readLineage',
	method: 'GET',
	path: '/lineage/{kind}/{id}',
	summary: 'What led to a thing and what came of it: the judgments behind a checkpoint and the rounds after it, or where one judgment went. Counts, not words; long histories are cut where they are furthest. Of a judgment: 409 yet_to_judge for a reviewer who may still be given its pair',
	access: 'checkpoint.read',
	problems: ['yet_to_judge'],
	params: v.object({ kind: v.picklist(LINEAGE_OF, `one of ${LINEAGE_OF.join(', ')}`), id: uuid }),
	answers: {
		200: v.object({
			project: v.string(),
			focus: thing,
			before: v.array(thing),
			after: v.array(thing),
			arrows: v.array(v.object({ from: v.string(), to: v.string() })),
			left: v.array(v.object({ beside: v.string(), side: v.picklist(['before', 'after']), things: v.number() }))
		})
	}
});

export const listSnapshotJudgments = operation({
	id: 'listSnapshotJudgments',
	method: 'GET',
	path: '/snapshots/{id}/judgments',
	summary: 'Judgments that a snapshot made rows of, newest first, a page at a time; those behind a wall for who asks are counted only',
	access: 'judgment.read',
	params: idParams,
	query: v.object({ cursor: v.optional(uuid) }),
	answers: {
		200: v.object({
			project: v.string(),
			snapshot: v.object({ id: v.string(), sha256: v.string(), objective: v.string(), used: v.number() }),
			judgments: v.array(v.object({ id: v.string(), question: v.string(), round: v.number(), createdAt: v.string() })),
			hidden: v.number(),
			next: v.nullable(v.string())
		})
	}
});
