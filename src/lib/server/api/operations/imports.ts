import * as v from 'valibot';
import { ColumnMappingSchema } from '../../../domain/import-shapes/column-mapping.ts';
import { SHAPES } from '../../../domain/import-shapes/shape.ts';
import { STRENGTHS } from '../../../domain/judging-form.ts';
import { DELIMITER } from '../../records/csv.ts';
import { ENCODINGS } from '../../records/encoding.ts';
import { FILE_FORMATS } from '../../records/open.ts';
import { idParams, slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const flag = v.optional(v.pipe(v.picklist(['true', 'false', '1', '0', ''], 'true or false'), v.transform((text) => text === 'true' || text === '1')), 'false');
const importErrors = v.array(v.object({ line: v.number(), field: v.nullable(v.string()), message: v.string() }));
const counts = { accepted: v.number(), duplicates: v.number(), rejected: v.number() };
const found = v.nullable(
	v.looseObject({
		packed: v.nullable(v.string()),
		format: v.string(),
		encoding: v.nullable(v.string()),
		delimiter: v.nullable(v.string()),
		shape: v.optional(v.picklist(SHAPES)),
		labels: v.optional(v.number()),
		mapping: v.optional(v.nullable(ColumnMappingSchema)),
		columns: v.optional(v.nullable(v.array(v.nullable(v.string())))),
		accepted: v.optional(v.boolean()),
		unread: v.optional(v.nullable(v.array(v.string()))),
		ignored: v.optional(v.record(v.string(), v.number()))
	})
);
/** How a file is to be read, where that is said; the rest is recognised. */
export const asked = {
	format: v.optional(v.picklist(['auto', ...FILE_FORMATS], `auto, ${FILE_FORMATS.join(', ')}`), 'auto'),
	encoding: v.optional(v.picklist(ENCODINGS, `one of ${ENCODINGS.join(', ')}`)),
	delimiter: v.optional(v.pipe(v.string(), v.regex(DELIMITER, 'one sign, such as a comma, tab or ^; no quotation mark and no line end'))),
	shape: v.optional(v.picklist(['auto', ...SHAPES], `auto, ${SHAPES.join(', ')}`), 'auto'),
	mapping: v.optional(ColumnMappingSchema)
};

/** The same as the file is opened with. */
export const saidOf = ({ format, encoding, delimiter, shape, mapping, accepted }: v.InferOutput<v.ObjectSchema<typeof asked, undefined>> & { accepted: boolean }) => ({ format: format === 'auto' ? undefined : format, encoding, delimiter, shape: shape === 'auto' ? undefined : shape, mapping, accepted });

/** Which column is what, as JSON in the address. */
const mapping = v.pipe(v.string(), v.maxLength(10_000), v.parseJson(undefined, 'JSON such as {"prompt": "Question", "answerA": "Answer 1", "answerB": "Answer 2", "verdict": "Better"}'), ColumnMappingSchema);
const messages = v.array(v.looseObject({ role: v.string() }));
const sample = v.array(v.object({ line: v.number(), prompt: messages, answers: v.array(messages), preferred: v.nullable(v.number()), margin: v.nullable(v.number()), label: v.nullable(v.picklist(['good', 'bad'])), judgments: v.array(v.object({ judge: v.nullable(v.string()), at: v.nullable(v.string()), preferred: v.nullable(v.number()), strength: v.nullable(v.picklist(STRENGTHS)), margin: v.nullable(v.number()), verdict: v.nullable(v.string()) })) }));
const STATUSES = ['staging', 'masking', 'scanned', 'published', 'refused', 'failed', 'discarded', 'undone'] as const;

export const createImport = operation({
	id: 'createImport',
	method: 'POST',
	path: '/projects/{slug}/imports',
	summary: 'Bring prompts, answers and preferences in: the body, or with upload a file that arrived in pieces. A bad row refuses the whole file unless skipBad; the same file twice adds nothing; dryRun says what would come of it and keeps its rows for a day',
	access: 'import.create',
	params: slugParams,
	query: v.object({
		...asked,
		mapping: v.optional(mapping),
		/** Answers alone without a label are good: whoever sends them stands by them. */
		accepted: flag,
		skipBad: flag,
		dryRun: flag,
		fileName: v.optional(v.pipe(v.string(), v.maxLength(300))),
		/** A file that arrived in pieces, instead of a body. */
		upload: v.optional(uuid)
	}),
	upload: ['application/x-ndjson', 'application/json', 'text/csv', 'text/plain', 'application/vnd.apache.parquet', 'application/gzip', 'application/zip', 'application/octet-stream'],
	answers: { 200: v.object({ id: v.string(), status: v.literal('scanned'), ...counts, errors: importErrors, found, sample }), 201: v.object({ id: v.string(), status: v.literal('published'), ...counts, errors: importErrors, found, sample }), 202: v.object({ id: v.string(), status: v.string() }) },
	problems: ['unsupported_format', 'import_refused', 'conflict', 'not_ready']
});

export const readImport = operation({
	id: 'readImport',
	method: 'GET',
	path: '/imports/{id}',
	summary: 'How an import is, or how it ended',
	access: 'import.read',
	params: idParams,
	answers: { 200: v.looseObject({ id: v.string(), status: v.picklist(STATUSES), ...counts, rows: v.number(), errors: importErrors, found, sample }) }
});

export const readImportErrors = operation({
	id: 'readImportErrors',
	method: 'GET',
	path: '/imports/{id}/errors',
	summary: 'Every row of an import that could not be taken: line, field and what would be right, a JSON line each',
	access: 'import.read',
	params: idParams,
	answers: { 200: 'application/x-ndjson' }
});

export const publishImport = operation({
	id: 'publishImport',
	method: 'POST',
	path: '/imports/{id}/publish',
	summary: 'Take the rows of a dry run; with skipBad also where some of them cannot be taken',
	access: 'import.create',
	params: idParams,
	query: v.object({ skipBad: flag }),
	answers: { 200: v.object({ id: v.string(), ...counts }) },
	problems: ['conflict']
});

export const discardImport = operation({
	id: 'discardImport',
	method: 'DELETE',
	path: '/imports/{id}',
	summary: 'Let the rows of a dry run go, or undo an import that was taken: all of it, until something rests on it (the refusal says what)',
	access: 'import.create',
	params: idParams,
	answers: { 200: v.union([v.object({ discarded: v.literal(true) }), v.object({ undone: v.literal(true), prompts: v.number(), comparisons: v.number(), judgments: v.number() })]) },
	problems: ['conflict']
});

export const listImports = operation({
	id: 'listImports',
	method: 'GET',
	path: '/projects/{slug}/imports',
	summary: 'Newest imports of a project',
	access: 'import.read',
	params: slugParams,
	answers: { 200: v.object({ imports: v.array(v.looseObject({ id: v.string(), status: v.picklist(STATUSES), ...counts })) }) }
});
