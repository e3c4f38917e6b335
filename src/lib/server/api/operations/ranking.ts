import * as v from 'valibot';
import { STYLES } from '../../../domain/bradley-terry/style.ts';
import { slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';
import { figure } from './judging.ts';

const named = v.object({ id: v.string(), name: v.string() });

export const readRanking = operation({
	id: 'readRanking',
	method: 'GET',
	path: '/projects/{slug}/ranking',
	summary: 'Checkpoints ranked by people’s judgments on test prompts (Bradley–Terry, the base model at nought), with length or format held level if asked; who cannot be compared stands on a scale of its own',
	access: 'checkpoint.read',
	params: slugParams,
	query: v.object({ style: v.optional(v.picklist(STYLES, `one of ${STYLES.join(', ')}`)) }),
	answers: {
		200: v.looseObject({
			style: v.picklist(STYLES),
			judgments: v.number(),
			comparisons: v.number(),
			groups: v.number(),
			people: v.number(),
			elsewhere: v.number(),
			scales: v.array(
				v.looseObject({
					anchor: named,
					clusteredBy: v.picklist(['prompt_group', 'prompt_group_and_annotator']),
					annotators: v.number(),
					styleLeftOut: v.boolean(),
					style: v.array(v.object({ feature: v.string(), effect: v.nullable(v.looseObject(figure.entries)), twice: v.nullable(v.looseObject(figure.entries)) })),
					checkpoints: v.array(
						v.looseObject({
							...named.entries,
							strength: v.looseObject(figure.entries),
							winsAgainstAnchor: v.looseObject(figure.entries),
							winsAgainstParent: v.nullable(v.looseObject({ ...figure.entries, parent: named })),
							places: v.nullable(v.object({ best: v.number(), worst: v.number() })),
							judgments: v.number(),
							points: v.number()
						})
					)
				})
			),
			oneWay: v.array(v.object({ ...named.entries, judgments: v.number(), points: v.number() })),
			notCompared: v.array(named)
		})
	}
});

export const listRankedJudgments = operation({
	id: 'listRankedJudgments',
	method: 'GET',
	path: '/projects/{slug}/ranking/judgments',
	summary: 'Judgments behind a checkpoint’s place, newest first, a page at a time; those behind a wall for who asks, and those of comparisons that are not decided yet, are counted only',
	access: 'judgment.read',
	params: slugParams,
	query: v.object({ checkpoint: uuid, against: v.optional(uuid), cursor: v.optional(uuid) }),
	answers: {
		200: v.object({
			checkpoint: named,
			against: v.nullable(named),
			judgments: v.array(v.object({ id: v.string(), question: v.string(), round: v.number(), against: named, said: v.picklist(['better', 'worse', 'tie', 'both_bad']), createdAt: v.string() })),
			hidden: v.number(),
			undecided: v.number(),
			next: v.nullable(v.string())
		})
	}
});
