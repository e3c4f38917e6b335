import * as v from 'valibot';
import { NewCommentSchema } from '../../../domain/comment.ts';
import { idParams } from '../fields.ts';
import { operation } from '../operation.ts';

const speaker = v.object({ who: v.picklist(['me', 'named', 'judge']), name: v.nullable(v.string()), number: v.nullable(v.number()) });
const comment = v.object({ id: v.string(), author: speaker, body: v.nullable(v.string()), mentions: v.array(speaker), createdAt: v.string() });

export const listComments = operation({
	id: 'listComments',
	method: 'GET',
	path: '/comparisons/{id}/comments',
	summary: 'What was said about a comparison, for who judged it or reviews; while judging is open a judge gets their own and what reviewers address to them. A reviewer who may still be given it to judge reads their own and what is addressed to them; undecided says how many others there are',
	access: 'comment.read',
	params: idParams,
	answers: {
		200: v.object({
			comparisonId: v.string(),
			project: v.string(),
			comments: v.array(comment),
			people: v.array(v.object({ id: v.string(), name: v.nullable(v.string()), role: v.string(), number: v.nullable(v.number()) })),
			mayWrite: v.boolean(),
			addressedOnly: v.boolean(),
			undecided: v.number()
		})
	}
});

export const addComment = operation({
	id: 'addComment',
	method: 'POST',
	path: '/comparisons/{id}/comments',
	summary: 'Say something about a comparison; mentions are ids of `people` of its list',
	access: 'comment.write',
	params: idParams,
	body: NewCommentSchema,
	answers: { 201: comment }
});
