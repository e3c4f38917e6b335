import * as v from 'valibot';
import { SPLITS } from '../../../domain/holdout.ts';
import { DELIMITERS } from '../../records/csv.ts';
import { ENCODINGS } from '../../records/encoding.ts';
import { FILE_FORMATS } from '../../records/open.ts';
import { idParams, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';

const flag = v.optional(v.pipe(v.picklist(['true', 'false', '1', '0', ''], 'true or false'), v.transform((text) => text === 'true' || text === '1')), 'false');
const importErrors = v.array(v.object({ line: v.number(), field: v.nullable(v.string()), message: v.string() }));
const counts = { accepted: v.number(), duplicates: v.number(), rejected: v.number() };

export const createImport = operation({
	id: 'createImport',
	method: 'POST',
	path: '/projects/{slug}/imports',
	summary: 'Bring prompts and preference pairs in. A bad row refuses the whole file unless skipBad; the same file twice adds nothing',
	access: 'import.create',
	params: slugParams,
	query: v.object({
		format: v.optional(v.picklist(['auto', ...FILE_FORMATS], `auto, ${FILE_FORMATS.join(', ')}`), 'auto'),
		encoding: v.optional(v.picklist(ENCODINGS, `one of ${ENCODINGS.join(', ')}`)),
		delimiter: v.optional(v.picklist(DELIMITERS, 'a comma, tab, semicolon or bar')),
		skipBad: flag,
		fileName: v.optional(v.pipe(v.string(), v.maxLength(300)))
	}),
	upload: ['application/x-ndjson', 'application/json', 'text/csv', 'text/plain', 'application/vnd.apache.parquet', 'application/gzip', 'application/zip', 'application/octet-stream'],
	answers: { 201: v.object({ id: v.string(), ...counts, errors: importErrors }), 202: v.object({ id: v.string(), status: v.string() }) },
	problems: ['unsupported_format', 'import_refused']
});

export const readImport = operation({
	id: 'readImport',
	method: 'GET',
	path: '/imports/{id}',
	summary: 'How an import is, or how it ended',
	access: 'import.read',
	params: idParams,
	answers: { 200: v.looseObject({ id: v.string(), status: v.picklist(['staging', 'published', 'refused', 'failed']), ...counts, rows: v.number(), errors: importErrors }) }
});

export const listImports = operation({
	id: 'listImports',
	method: 'GET',
	path: '/projects/{slug}/imports',
	summary: 'Newest imports of a project',
	access: 'import.read',
	params: slugParams,
	answers: { 200: v.object({ imports: v.array(v.looseObject({ id: v.string(), status: v.string(), ...counts })) }) }
});

const rows = v.object({ train: v.number(), dev: v.number(), test: v.number() });
const snapshotView = v.looseObject({ id: v.string(), objective: v.string(), sha256: v.string(), rows, used: v.number(), dropped: v.record(v.string(), v.number()), stale: v.number() });

export const createSnapshot = operation({
	id: 'createSnapshot',
	method: 'POST',
	path: '/projects/{slug}/snapshots',
	summary: 'Freeze judgments into an immutable dataset for one objective',
	access: 'snapshot.create',
	params: slugParams,
	body: v.object({
		objective: v.picklist(['dpo', 'kto', 'orpo'], 'dpo, kto or orpo'),
		rounds: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.minLength(1))),
		rule: v.optional(v.object({ includeImports: v.optional(v.boolean()), includeRewrites: v.optional(v.boolean()), maxChars: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1)))) }))
	}),
	answers: { 201: v.object({ id: v.string(), sha256: v.string(), rows, dropped: v.record(v.string(), v.number()), used: v.number() }) },
	problems: ['conflict', 'empty_snapshot']
});

export const listSnapshots = operation({
	id: 'listSnapshots',
	method: 'GET',
	path: '/projects/{slug}/snapshots',
	summary: 'Snapshots of a project, newest first',
	access: 'snapshot.read',
	params: slugParams,
	answers: { 200: v.object({ snapshots: v.array(snapshotView) }) }
});

export const readSnapshot = operation({
	id: 'readSnapshot',
	method: 'GET',
	path: '/snapshots/{id}',
	summary: 'One snapshot',
	access: 'snapshot.read',
	params: idParams,
	answers: { 200: snapshotView }
});

export const readManifest = operation({
	id: 'readManifest',
	method: 'GET',
	path: '/snapshots/{id}/manifest',
	summary: 'The manifest, byte for byte as it was hashed (RFC 8785)',
	access: 'snapshot.read',
	params: idParams,
	answers: { 200: 'application/json' },
	problems: ['gone']
});

export const readSnapshotData = operation({
	id: 'readSnapshotData',
	method: 'GET',
	path: '/snapshots/{id}/data',
	summary: 'Rows of one split as ms-swift reads them',
	access: 'snapshot.data',
	params: idParams,
	query: v.object({ format: v.optional(v.picklist(['ms-swift'], 'ms-swift'), 'ms-swift'), split: v.optional(v.picklist(SPLITS, 'train, dev or test'), 'train') }),
	answers: { 200: 'application/x-ndjson' },
	problems: ['walled', 'gone']
});
