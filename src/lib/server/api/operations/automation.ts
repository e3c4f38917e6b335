import * as v from 'valibot';
import { AutomationSchema } from '../../../domain/automation.ts';
import { slugParams, text } from '../fields.ts';
import { operation } from '../operation.ts';

const because = v.looseObject({ complete: v.number(), agreement: v.nullable(v.number()) });

export const readAutomation = operation({
	id: 'readAutomation',
	method: 'GET',
	path: '/projects/{slug}/automation',
	summary: 'What a project lets happen by itself once people have judged enough, what it would do now and why, and what it did',
	access: 'automation.read',
	params: slugParams,
	answers: {
		200: v.object({
			automation: v.nullable(v.object({ settings: AutomationSchema, byName: v.nullable(v.string()), setAt: v.string() })),
			round: v.number(),
			complete: v.number(),
			now: v.nullable(v.looseObject({ do: v.picklist(['nothing', 'measure', 'ask', 'begin', 'train_best']) })),
			waitsForApproval: v.boolean(),
			rules: v.array(v.string()),
			steps: v.array(v.object({ id: v.string(), round: v.number(), kind: v.picklist(['asked', 'approved', 'declined', 'swept', 'begun', 'refused']), because, byName: v.nullable(v.string()), reason: v.nullable(v.string()), snapshotId: v.nullable(v.string()), runId: v.nullable(v.string()), sweepId: v.nullable(v.string()), createdAt: v.string() }))
		})
	}
});

export const putAutomation = operation({
	id: 'putAutomation',
	method: 'PUT',
	path: '/projects/{slug}/automation',
	summary: 'Set what happens by itself: a snapshot by a saved rule and a run on it, perhaps after a sweep that tells its settings, when enough is judged. It is done with the rights of whoever sets it',
	access: 'automation.manage',
	params: slugParams,
	body: AutomationSchema,
	answers: { 200: v.object({ enabled: v.boolean() }) }
});

/** A yes, or a no that says why; what is said to a no is told to who waited. */
const answer = v.pipe(
	v.strictObject({ approve: v.optional(v.boolean(), true), reason: v.optional(text(5_000)) }),
	v.forward(v.partialCheck([['approve'], ['reason']], ({ approve, reason }) => approve === (reason === undefined), 'say why not with approve: false, and nothing with a yes'), ['reason'])
);

export const answerAutomation = operation({
	id: 'answerAutomation',
	method: 'POST',
	path: '/projects/{slug}/automation/approval',
	summary: 'Say yes to the training that an automation asks for in this round, or no with a reason: then it asks anew when it was set anew or as much was judged once more',
	access: 'run.start',
	params: slugParams,
	body: answer,
	answers: { 200: v.object({ approved: v.boolean() }) },
	problems: ['conflict']
});
