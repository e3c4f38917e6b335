import * as v from 'valibot';
import { PEOPLE } from '../../../domain/archive-manifest.ts';
import { slug, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';

export const readArchive = operation({
	id: 'readArchive',
	method: 'GET',
	path: '/projects/{slug}/archive',
	summary: 'The whole record of a project as a zip: JSON lines a table, the files it cites, and a manifest with every hash',
	access: 'archive.export',
	params: slugParams,
	query: v.object({
		people: v.optional(v.picklist(PEOPLE, PEOPLE.join(' or ')), 'pseudonym'),
		weights: v.optional(v.pipe(v.picklist(['true', 'false'], 'true or false'), v.transform((text) => text === 'true')), 'false')
	}),
	answers: { 200: 'application/zip' },
	problems: ['walled', 'gone']
});

export const createArchive = operation({
	id: 'createArchive',
	method: 'POST',
	path: '/archives',
	summary: 'Make a project out of an archive, with the ids and hashes it had; all of it or nothing',
	access: 'archive.import',
	query: v.object({ slug: v.optional(slug) }),
	upload: ['application/zip', 'application/octet-stream'],
	answers: { 201: v.object({ id: v.string(), slug: v.string(), rows: v.number(), artifacts: v.number(), sha256: v.string(), listsLeft: v.boolean() }) },
	problems: ['unsupported_format', 'import_refused', 'conflict']
});
