import * as v from 'valibot';
import { SPLITS } from '../../../domain/holdout.ts';
import { DECISIONS } from '../../db/near-duplicates.ts';
import { slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const prompt = v.object({ id: v.string(), messages: v.array(v.looseObject({ role: v.string() })), matter: v.nullable(v.string()), language: v.nullable(v.string()), split: v.picklist(SPLITS), inGroup: v.number() });
const pair = v.object({
	id: v.string(),
	prompt,
	jaccard: v.number(),
	estimate: v.number(),
	algorithm: v.string(),
	threshold: v.number(),
	foundAt: v.string(),
	decision: v.nullable(v.picklist(['same', 'different'])),
	decidedBy: v.nullable(v.string()),
	decidedAt: v.nullable(v.string())
});
const scan = v.nullable(v.object({ state: v.picklist(['waiting', 'done']), looked: v.number(), trouble: v.nullable(v.string()), finishedAt: v.nullable(v.string()) }));
const grouping = v.object({ matterIsGroup: v.boolean('true or false') });

/** What a person says of pairs, by the API and on the page. */
export const DuplicateDecision = v.object({ pairs: v.pipe(v.array(uuid), v.minLength(1, 'at least one'), v.maxLength(100, 'at most 100 at a time')), decision: v.picklist(DECISIONS, DECISIONS.join(', ')), holdOut: v.optional(v.boolean('true or false')) });

export const listNearDuplicates = operation({
	id: 'listNearDuplicates',
	method: 'GET',
	path: '/projects/{slug}/near-duplicates',
	summary: 'Questions that are nearly the same, each older one with those like it: what waits for somebody’s word, or with decided=true what was said',
	access: 'import.create',
	params: slugParams,
	query: v.object({
		decided: v.optional(v.pipe(v.picklist(['true', 'false'], 'true or false'), v.transform((text) => text === 'true')), 'false'),
		after: v.optional(uuid),
		limit: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(1), v.maxValue(100)), '20')
	}),
	answers: { 200: v.object({ scan, clusters: v.array(v.object({ prompt, like: v.array(pair), more: v.boolean() })), next: v.nullable(v.string()) }) }
});

export const decideNearDuplicates = operation({
	id: 'decideNearDuplicates',
	method: 'POST',
	path: '/projects/{slug}/near-duplicates',
	summary: 'Say of pairs that they are the same (their groups become one, held out as far as the further of the two; holdOut must be true where that moves questions), different, or open again',
	access: 'import.create',
	params: slugParams,
	body: DuplicateDecision,
	answers: { 200: v.object({ decided: v.number(), moved: v.number(), snapshots: v.array(v.string()) }) },
	problems: ['conflict']
});

export const readGrouping = operation({
	id: 'readGrouping',
	method: 'GET',
	path: '/projects/{slug}/grouping',
	summary: 'How questions that come are put into groups, which stay on one side of the split',
	access: 'import.create',
	params: slugParams,
	answers: { 200: grouping }
});

export const putGrouping = operation({
	id: 'putGrouping',
	method: 'PUT',
	path: '/projects/{slug}/grouping',
	summary: 'Say whether a matter is one group, for questions that come from now on; those that are here stay where they are',
	access: 'project.configure',
	params: slugParams,
	body: grouping,
	answers: { 200: grouping }
});
