import * as v from 'valibot';
import { DATASET_OBJECTIVES } from '../../../domain/preference-dataset.ts';
import { JudgingFormSchema } from '../../../domain/judging-form-schema.ts';
import { MOST_INT } from '../../../domain/most-int.ts';
import { ROLES } from '../../../domain/permission.ts';
import { slug, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

export const project = v.object({
	slug: v.string(),
	name: v.string(),
	locale: v.string(),
	overlap: v.number(),
	objective: v.string(),
	role: v.nullable(v.picklist(ROLES))
});

export const listProjects = operation({
	id: 'listProjects',
	method: 'GET',
	path: '/projects',
	summary: 'Projects that I may see',
	access: 'signed-in',
	answers: { 200: v.object({ projects: v.array(project) }) }
});

export const createProject = operation({
	id: 'createProject',
	method: 'POST',
	path: '/projects',
	summary: 'Make a project; round 1 is open at once',
	access: 'project.create',
	body: v.object({
		slug,
		name: text(200),
		overlap: v.pipe(v.number('a whole number from 1 to 15'), v.integer(), v.minValue(1, 'at least 1'), v.maxValue(15, 'at most 15')),
		objective: v.optional(v.picklist(DATASET_OBJECTIVES)),
		locale: v.optional(v.picklist(['en', 'zh'])),
		systemPrompt: v.optional(text(20_000)),
		guideline: v.optional(text(100_000)),
		leaseSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400))),
		/** What splits and sides are drawn with; drawn itself when left out. The same here and there make both draw alike. */
		seeds: v.optional(v.strictObject({ seed: text(200), splitSalt: text(200) })),
		baseModelId: v.optional(uuid)
	}),
	answers: { 201: v.object({ id: v.string(), slug: v.string(), round: v.number() }) }
});

export const putMember = operation({
	id: 'putMember',
	method: 'PUT',
	path: '/projects/{slug}/members/{userId}',
	summary: 'Give a person a role, or change it',
	access: 'members.manage',
	params: v.object({ slug, userId: uuid }),
	body: v.object({ role: v.picklist(ROLES, `one of ${ROLES.join(', ')}`) }),
	answers: { 200: v.object({ userId: v.string(), role: v.picklist(ROLES) }) },
	problems: ['conflict']
});

export const listMembers = operation({
	id: 'listMembers',
	method: 'GET',
	path: '/projects/{slug}/members',
	summary: 'Members of a project',
	access: 'members.read',
	params: slugParams,
	answers: { 200: v.object({ members: v.array(v.object({ userId: v.string(), role: v.picklist(ROLES), name: v.string(), email: v.string(), active: v.boolean() })) }) }
});

export const removeMember = operation({
	id: 'removeMember',
	method: 'DELETE',
	path: '/projects/{slug}/members/{userId}',
	summary: 'Take a person out of a project; what they judged stays',
	access: 'members.manage',
	params: v.object({ slug, userId: uuid }),
	answers: { 204: null },
	problems: ['conflict']
});

export const putGuideline = operation({
	id: 'putGuideline',
	method: 'PUT',
	path: '/projects/{slug}/guideline',
	summary: 'A new version of the guideline; judgments keep the version they were made under',
	access: 'project.configure',
	params: slugParams,
	body: v.object({ body: text(100_000) }),
	answers: { 200: v.object({ version: v.number() }) }
});

const number = v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/, 'a version’s number'), v.transform(Number));

export const readGuideline = operation({
	id: 'readGuideline',
	method: 'GET',
	path: '/projects/{slug}/guideline',
	summary: 'The guideline in force, or one version of it; 204 before somebody wrote one',
	access: 'guideline.read',
	params: slugParams,
	query: v.object({ version: v.optional(number) }),
	answers: { 200: v.object({ version: v.number(), body: v.string(), createdAt: v.string() }), 204: null }
});

export const listGuidelineVersions = operation({
	id: 'listGuidelineVersions',
	method: 'GET',
	path: '/projects/{slug}/guideline/versions',
	summary: 'Versions of the guideline, newest first',
	access: 'guideline.read',
	params: slugParams,
	answers: { 200: v.object({ versions: v.array(v.object({ version: v.number(), createdAt: v.string() })) }) }
});

export const markGuidelineRead = operation({
	id: 'markGuidelineRead',
	method: 'PUT',
	path: '/projects/{slug}/guideline/read',
	summary: 'I have seen what changed in the guideline up to this version',
	access: 'guideline.read',
	params: slugParams,
	body: v.object({ version: v.pipe(v.number('a version’s number'), v.integer(), v.minValue(1), v.maxValue(MOST_INT)) }),
	answers: { 204: null }
});

export const putForm = operation({
	id: 'putForm',
	method: 'PUT',
	path: '/projects/{slug}/form',
	summary: 'A new version of what a judgment holds besides the verdict; judgments keep the version they were made under',
	access: 'project.configure',
	params: slugParams,
	body: JudgingFormSchema,
	answers: { 200: v.object({ version: v.number() }) }
});
