import * as v from 'valibot';
import { HUBS, RepoSchema, RevisionSchema } from '../../../domain/hub-model.ts';
import { MOST_FILES } from '../../usecases/read-from-source.ts';
import { idParams, slug, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';
import { asked } from './imports.ts';

const KINDS = ['folder', 's3', 'hub'] as const;
const offer = { name: text(100), projects: v.optional(v.union([v.literal('all'), v.pipe(v.array(slug), v.maxLength(1000, 'at most 1000 projects'))], '“all”, or a list of projects'), () => []) };
const prefix = v.optional(v.pipe(v.string(), v.maxLength(1024, 'at most 1024 characters')));
const key = v.pipe(text(1000), v.regex(/^[\x21-\x7e]+$/, 'a key without spaces'));

export const NewImportSource = v.variant('kind', [
	v.strictObject({ ...offer, kind: v.literal('folder'), root: text(60), prefix }),
	v.strictObject({
		...offer,
		kind: v.literal('s3'),
		bucket: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket: 3 to 63 lower-case letters, digits, points and hyphens')),
		endpoint: v.optional(v.nullable(text(500))),
		region: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,50}$/, 'such as eu-central-1'))),
		prefix,
		accessKeyId: key,
		secretAccessKey: key
	}),
	v.strictObject({ ...offer, kind: v.literal('hub'), hub: v.picklist(HUBS, HUBS.join(' or ')), repo: RepoSchema, revision: v.optional(RevisionSchema), prefix })
], 'kind: folder, s3 or hub');
export const ImportSourceSettings = v.strictObject({ ...offer, accessKeyId: v.optional(key), secretAccessKey: v.optional(key) });

/** Keys are never among the answers. */
const source = v.object({
	id: v.string(),
	name: v.string(),
	kind: v.picklist(KINDS),
	root: v.nullable(v.string()),
	bucket: v.nullable(v.string()),
	endpoint: v.nullable(v.string()),
	region: v.nullable(v.string()),
	hub: v.nullable(v.picklist(HUBS)),
	repo: v.nullable(v.string()),
	commit: v.nullable(v.string()),
	prefix: v.string(),
	everywhere: v.boolean(),
	projects: v.array(v.string()),
	createdAt: v.string(),
	retiredAt: v.nullable(v.string())
});

export const listImportSources = operation({
	id: 'listImportSources',
	method: 'GET',
	path: '/import-sources',
	summary: 'Folders, buckets and data sets of the site that files are brought in from, and the folders that this process or a living worker sees; without keys',
	access: 'import_source.manage',
	answers: { 200: v.object({ sources: v.array(source), roots: v.array(v.string()) }) }
});

export const createImportSource = operation({
	id: 'createImportSource',
	method: 'POST',
	path: '/import-sources',
	summary: 'Name a folder, an S3-compatible bucket or a data set of Hugging Face or ModelScope that projects may bring files in from. It is looked into first; a revision is pinned to its commit; keys are stored encrypted and never given out',
	access: 'import_source.manage',
	body: NewImportSource,
	answers: { 201: source }
});

export const putImportSource = operation({
	id: 'putImportSource',
	method: 'PUT',
	path: '/import-sources/{id}',
	summary: 'Set a source’s name, the projects that it is offered to and, where given, its keys. Where it lies stays',
	access: 'import_source.manage',
	params: idParams,
	body: ImportSourceSettings,
	answers: { 200: source },
	problems: ['gone']
});

export const retireImportSource = operation({
	id: 'retireImportSource',
	method: 'DELETE',
	path: '/import-sources/{id}',
	summary: 'Read nothing more of a source and forget its keys; what came of it stays',
	access: 'import_source.manage',
	params: idParams,
	answers: { 200: v.object({ retired: v.literal(true) }) }
});

export const listOfferedSources = operation({
	id: 'listOfferedSources',
	method: 'GET',
	path: '/projects/{slug}/import-sources',
	summary: 'Folders, buckets and data sets that this project may bring files in from',
	access: 'import.create',
	params: slugParams,
	answers: { 200: v.object({ sources: v.array(v.object({ id: v.string(), name: v.string(), kind: v.picklist(KINDS) })) }) }
});

const sourceParams = v.object({ slug, id: uuid });
const entry = { name: v.string(), path: v.string() };

export const browseSource = operation({
	id: 'browseSource',
	method: 'GET',
	path: '/projects/{slug}/import-sources/{id}/files',
	summary: 'What lies in a folder of a source, by name: folders and files, and which of them the project took before and in which version',
	access: 'import.create',
	params: sourceParams,
	query: v.object({
		path: v.optional(v.pipe(v.string(), v.maxLength(1024, 'at most 1024 characters')), ''),
		after: v.optional(text(2000, 0)),
		limit: v.optional(v.pipe(v.string(), v.toNumber(), v.integer('a whole number'), v.minValue(1, 'from 1 to 500'), v.maxValue(500, 'from 1 to 500')), '100')
	}),
	answers: {
		200: v.object({
			path: v.string(),
			folders: v.array(v.object(entry)),
			files: v.array(v.object({ ...entry, bytes: v.number(), modifiedAt: v.nullable(v.string()), version: v.string(), taken: v.nullable(v.object({ importId: v.string(), at: v.string(), same: v.boolean() })) })),
			next: v.nullable(v.string())
		})
	},
	problems: ['not_ready']
});

export const importFromSource = operation({
	id: 'importFromSource',
	method: 'POST',
	path: '/projects/{slug}/import-sources/{id}/imports',
	summary: 'Bring files of a source in, an import each, as if they were uploaded: a worker reads them',
	access: 'import.create',
	params: sourceParams,
	body: v.strictObject({
		...asked,
		accepted: v.optional(v.boolean(), false),
		skipBad: v.optional(v.boolean(), false),
		dryRun: v.optional(v.boolean(), false),
		paths: v.pipe(v.array(text(1024)), v.minLength(1, 'at least one path'), v.maxLength(MOST_FILES, `at most ${MOST_FILES} at a time`))
	}),
	answers: { 202: v.object({ imports: v.array(v.object({ id: v.string(), path: v.string() })) }) },
	problems: ['not_ready']
});
