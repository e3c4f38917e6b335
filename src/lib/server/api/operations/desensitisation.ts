import * as v from 'valibot';
import { KINDS } from '../../../domain/desensitisation/kind.ts';
import { OwnWordSchema, SettingsSchema } from '../../../domain/desensitisation/settings.ts';
import { MOST_INT } from '../../../domain/most-int.ts';
import { idParams, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';

const version = v.object({ version: v.number() });
const counts = v.record(v.string(), v.record(v.string(), v.number()));
const finding = v.object({ id: v.string(), line: v.number(), position: v.number(), field: v.string(), kind: v.string(), action: v.string(), shown: v.string(), before: v.string(), after: v.string(), kept: v.boolean() });

export const readDesensitisation = operation({
	id: 'readDesensitisation',
	method: 'GET',
	path: '/projects/{slug}/desensitisation',
	summary: 'What the project keeps out of its record: what is done about each kind, its own words and patterns, exceptions; and whether a worker can find names',
	access: 'desensitisation.manage',
	params: slugParams,
	answers: { 200: v.object({ version: v.number(), settings: SettingsSchema, listsLeft: v.boolean(), versions: v.array(v.object({ version: v.number(), createdBy: v.string(), createdAt: v.string() })), names: v.looseObject({ state: v.picklist(['ready', 'missing']) }) }) }
});

export const putDesensitisation = operation({
	id: 'putDesensitisation',
	method: 'PUT',
	path: '/projects/{slug}/desensitisation',
	summary: 'Set it, as a new version, for what comes from now on; basedOn refuses (409) when somebody else set one meanwhile',
	access: 'desensitisation.manage',
	params: slugParams,
	query: v.object({ basedOn: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(0), v.maxValue(MOST_INT))) }),
	body: SettingsSchema,
	answers: { 200: version },
	problems: ['conflict']
});

export const addOwnWord = operation({
	id: 'addOwnWord',
	method: 'POST',
	path: '/projects/{slug}/desensitisation/words',
	summary: 'Add a word that was missed',
	access: 'desensitisation.manage',
	params: slugParams,
	body: OwnWordSchema,
	answers: { 200: version },
	problems: ['conflict', 'not_ready']
});

export const listFindings = operation({
	id: 'listFindings',
	method: 'GET',
	path: '/imports/{id}/findings',
	summary: 'What was found in an import, as it stands in its rows now, with the counts of all of it',
	access: 'finding.review',
	params: idParams,
	query: v.object({
		kind: v.optional(v.picklist(KINDS)),
		after: v.optional(v.pipe(v.string(), v.toNumber(), v.safeInteger(), v.minValue(0)), '0'),
		limit: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(1), v.maxValue(500)), '50')
	}),
	answers: { 200: v.object({ counts, findings: v.array(finding), next: v.nullable(v.number()) }) }
});

export const revealOriginal = operation({
	id: 'revealOriginal',
	method: 'POST',
	path: '/findings/{id}/original',
	summary: 'What stood where something was hidden, where the project keeps originals; the look is in the audit',
	access: 'original.read',
	params: idParams,
	answers: { 200: v.object({ original: v.string() }) },
	problems: ['gone', 'not_ready']
});

export const exceptFinding = operation({
	id: 'exceptFinding',
	method: 'POST',
	path: '/findings/{id}/exception',
	summary: 'Say that a value is not sensitive: it passes from now on',
	access: 'desensitisation.manage',
	params: idParams,
	answers: { 200: version },
	problems: ['conflict', 'not_ready']
});

export const rescanImport = operation({
	id: 'rescanImport',
	method: 'POST',
	path: '/imports/{id}/rescan',
	summary: 'Look through the rows of a dry run again under the settings in force now',
	access: 'finding.review',
	params: idParams,
	answers: { 200: v.looseObject({ id: v.string(), status: v.string(), counts }) },
	problems: ['conflict']
});
