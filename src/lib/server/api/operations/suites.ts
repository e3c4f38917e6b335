import * as v from 'valibot';
import { EXPORT_FORMATS } from '../../../domain/checkpoint-export.ts';
import { Check, MOST_OF_SUITE, SuiteDefinition } from '../../../domain/suite/check.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const figure = v.looseObject({ value: v.nullable(v.number()), low: v.nullable(v.number()), high: v.nullable(v.number()), n: v.number(), groups: v.number(), tooFew: v.boolean() });
const difference = v.nullable(v.object({ difference: figure, p: v.nullable(v.number()), groups: v.number() }));
/** Results from before there were forms hold no `trained`. */
const beside = <S extends v.GenericSchema>(of: S) => v.object({ trained: v.optional(of), parent: of, champion: of, base: of });

const measure = v.object({
	name: v.string(),
	kind: v.string(),
	better: v.nullable(v.picklist(['higher', 'lower'])),
	proportion: v.boolean(),
	checkpoint: figure,
	others: beside(v.nullable(figure)),
	against: beside(difference),
	unknown: v.number()
});

/** A run through the suite, as lists of them and of exports show it. */
export const suiteRun = v.object({
	id: v.string(),
	suiteVersion: v.number(),
	current: v.boolean(),
	status: v.picklist(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
	done: v.number(),
	total: v.number(),
	problem: v.nullable(v.looseObject({ code: v.string(), message: v.string() })),
	createdAt: v.string(),
	finishedAt: v.nullable(v.string()),
	form: v.nullable(v.object({ id: v.string(), plan: v.looseObject({ format: v.picklist(EXPORT_FORMATS) }) })),
	against: beside(v.nullable(v.object({ id: v.string(), name: v.string() }))),
	results: v.nullable(v.looseObject({ measures: v.array(measure), prompts: v.number(), groups: v.number(), samples: v.number(), seed: v.string() }))
});

/** The form that is meant; left out: the checkpoint as it was trained. */
const inForm = v.object({ exportId: v.optional(uuid) });

export const putSuite = operation({
	id: 'putSuite',
	method: 'PUT',
	path: '/projects/{slug}/suite',
	summary: 'Set what every new checkpoint’s answers are checked for, as a new version. Patterns are RE2, schemas JSON Schema 2020-12. The same suite again adds no version',
	access: 'suite.manage',
	params: slugParams,
	body: SuiteDefinition,
	answers: { 200: v.object({ version: v.number(), hash: v.string() }) }
});

export const readSuite = operation({
	id: 'readSuite',
	method: 'GET',
	path: '/projects/{slug}/suite',
	summary: 'The suite in force; version 0 is what a project without one may begin with',
	access: 'checkpoint.read',
	params: slugParams,
	answers: { 200: v.object({ version: v.number(), hash: v.nullable(v.string()), suite: v.looseObject({ checks: v.array(v.looseObject({ name: v.string(), kind: v.string() })) }), byName: v.nullable(v.string()), createdAt: v.nullable(v.string()) }) }
});

export const trySuite = operation({
	id: 'trySuite',
	method: 'POST',
	path: '/projects/{slug}/suite/trial',
	summary: 'What checks say of an answer, without keeping anything; null where a text alone does not tell. Rubrics are not tried',
	access: 'suite.manage',
	params: slugParams,
	body: v.strictObject({ checks: v.pipe(v.array(Check), v.maxLength(MOST_OF_SUITE.checks)), answer: text(100_000) }),
	answers: { 200: v.object({ checks: v.array(v.object({ name: v.string(), kind: v.string(), passes: v.nullable(v.boolean()) })) }) }
});

export const startSuiteRun = operation({
	id: 'startSuiteRun',
	method: 'POST',
	path: '/checkpoints/{id}/evaluations',
	summary: 'Run a checkpoint through the suite in force, beside its parent, the champion and the base; with exportId in that form, beside itself as it was trained too. New checkpoints and forms of other weights are run through it by themselves; one that failed goes on where it stood',
	access: 'run.start',
	params: idParams,
	body: inForm,
	answers: { 202: v.object({ id: v.string(), status: v.literal('queued') }) },
	problems: ['conflict', 'walled']
});

export const cancelSuiteRun = operation({
	id: 'cancelSuiteRun',
	method: 'POST',
	path: '/checkpoints/{id}/evaluations/cancel',
	summary: 'Stop a run through the suite, of a checkpoint or of its form; its answers stay, and starting it again goes on with what is missing',
	access: 'run.start',
	params: idParams,
	body: inForm,
	answers: { 200: v.object({ id: v.string(), status: v.literal('cancelled') }) },
	problems: ['conflict']
});

export const listSuiteRuns = operation({
	id: 'listSuiteRuns',
	method: 'GET',
	path: '/checkpoints/{id}/evaluations',
	summary: 'A checkpoint’s runs through the suite (those of a form with exportId), newest first: each measure with its interval, and its paired difference to parent, champion and base with p, of a form also to the checkpoint as it was trained. Versions of the suite are never mixed',
	access: 'checkpoint.read',
	params: idParams,
	query: inForm,
	answers: {
		200: v.object({
			evaluations: v.array(suiteRun)
		})
	}
});

export const readCheckAnswers = operation({
	id: 'readCheckAnswers',
	method: 'GET',
	path: '/checkpoints/{id}/evaluations/answers',
	summary: 'A checkpoint’s answers (with exportId in that form) behind one check of its newest finished run, those that fail first, at most 100; *name · own questions* shows those to the suite’s own questions. Questions behind a wall are counted and not shown. Without a name: the first check. Not for who judges: the same words may wait for them blind; 403 walled for who is walled off from anything that the checkpoint learned from',
	access: 'generation.read',
	params: idParams,
	query: v.object({ check: v.optional(text(120)), exportId: v.optional(uuid) }),
	answers: {
		200: v.object({
			form: v.nullable(v.object({ id: v.string(), plan: v.looseObject({ format: v.picklist(EXPORT_FORMATS) }) })),
			suiteVersion: v.nullable(v.number()),
			checks: v.array(v.string()),
			check: v.nullable(v.object({ name: v.string(), kind: v.string() })),
			answers: v.array(v.object({ question: v.string(), answer: v.string(), sample: v.number(), passes: v.nullable(v.boolean()) })),
			failing: v.number(),
			of: v.number(),
			hidden: v.number()
		})
	},
	problems: ['walled']
});
