import * as v from 'valibot';
import { SPLITS } from '../../../domain/holdout.ts';
import { SNAPSHOT_CHANGES } from '../../../domain/snapshot-change.ts';
import { EXPORT_FORMATS } from '../../../domain/snapshot-export/formats.ts';
import { ObjectiveSchema, RuleNameSchema, SnapshotRequestSchema } from '../../../domain/snapshot-request.ts';
import { SnapshotRuleSchema } from '../../../domain/snapshot-rule.ts';
import { idParams, slug, slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const rows = v.object({ train: v.number(), dev: v.number(), test: v.number() });
const snapshotView = v.looseObject({ id: v.string(), objective: v.string(), sha256: v.string(), rows, used: v.number(), dropped: v.record(v.string(), v.number()), stale: v.number(), overlaps: v.number(), savedRule: v.nullable(v.object({ name: v.string(), version: v.number() })) });
const savedRule = v.object({ name: v.string(), version: v.number(), objective: v.string(), rule: v.looseObject({ aggregation: v.string() }), createdBy: v.nullable(v.string()), createdAt: v.string() });
const ruleParams = v.object({ slug, name: RuleNameSchema });

const tally = v.object({ used: v.number(), dropped: v.record(v.string(), v.number()) });
const lengthBias = v.object({ pairs: v.number(), sameLength: v.number(), longerChosen: v.number(), groups: v.number(), low: v.nullable(v.number()), high: v.nullable(v.number()) });
const shares = v.array(v.object({ name: v.string(), train: v.number(), dev: v.number(), test: v.number() }));

export const previewSnapshot = operation({
	id: 'previewSnapshot',
	method: 'POST',
	path: '/projects/{slug}/snapshots/preview',
	summary: 'What a snapshot by this rule would hold; nothing is written',
	access: 'snapshot.create',
	params: slugParams,
	body: SnapshotRequestSchema,
	answers: {
		200: v.object({
			rows,
			heldOut: v.number(),
			used: v.number(),
			dropped: v.record(v.string(), v.number()),
			comparisons: tally,
			rewrites: tally,
			totals: v.object({ prompts: v.number(), comparisons: v.number(), judgments: v.number() }),
			labels: v.nullable(v.object({ desirable: v.number(), undesirable: v.number() })),
			cycles: v.number(),
			lengthBias: v.nullable(v.object({ before: lengthBias, after: lengthBias })),
			composition: v.object({ tags: v.nullable(shares), languages: shares, sources: shares, lengths: shares })
		})
	},
	problems: ['conflict']
});

export const createSnapshot = operation({
	id: 'createSnapshot',
	method: 'POST',
	path: '/projects/{slug}/snapshots',
	summary: 'Freeze judgments into an immutable dataset for one objective',
	access: 'snapshot.create',
	params: slugParams,
	body: SnapshotRequestSchema,
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
	summary: 'The manifest, byte for byte as it was hashed (RFC 8785); 403 walled for who is walled off from some of the snapshot, since its tags may name what',
	access: 'snapshot.read',
	params: idParams,
	answers: { 200: 'application/json' },
	problems: ['gone', 'walled']
});

export const readSnapshotData = operation({
	id: 'readSnapshotData',
	method: 'GET',
	path: '/snapshots/{id}/data',
	summary: 'Rows of one split in a trainer’s format (hf: all splits, zipped; llama-factory: zipped with its dataset_info.json; ms-swift with frozen=true: the file whose hash the manifest names)',
	access: 'snapshot.data',
	params: idParams,
	query: v.object({ format: v.optional(v.picklist(EXPORT_FORMATS, EXPORT_FORMATS.join(', ')), 'ms-swift'), split: v.optional(v.picklist(SPLITS, 'train, dev or test'), 'train'), frozen: v.optional(v.pipe(v.picklist(['true', 'false'], 'true or false'), v.transform((text) => text === 'true')), 'false') }),
	answers: { 200: 'application/x-ndjson' },
	problems: ['walled', 'gone', 'unsupported_format', 'sensitive', 'not_ready']
});

export const listSnapshotRules = operation({
	id: 'listSnapshotRules',
	method: 'GET',
	path: '/projects/{slug}/snapshot-rules',
	summary: 'Rules that the project has saved, each in its newest version',
	access: 'snapshot.read',
	params: slugParams,
	answers: { 200: v.object({ rules: v.array(savedRule) }) }
});

export const readSnapshotRule = operation({
	id: 'readSnapshotRule',
	method: 'GET',
	path: '/projects/{slug}/snapshot-rules/{name}',
	summary: 'A saved rule in all its versions, newest first',
	access: 'snapshot.read',
	params: ruleParams,
	answers: { 200: v.object({ versions: v.array(savedRule) }) }
});

export const putSnapshotRule = operation({
	id: 'putSnapshotRule',
	method: 'PUT',
	path: '/projects/{slug}/snapshot-rules/{name}',
	summary: 'Save a rule: a new version where it says something else than the newest',
	access: 'snapshot.create',
	params: ruleParams,
	body: v.object({ objective: ObjectiveSchema, rule: v.optional(SnapshotRuleSchema) }),
	answers: { 200: v.object({ name: v.string(), version: v.number(), added: v.boolean() }) }
});

export const readCard = operation({
	id: 'readCard',
	method: 'GET',
	path: '/snapshots/{id}/card',
	summary: 'The data card as Markdown: who judged, how far they agreed, what it is made of, known limits; from the manifest alone',
	access: 'snapshot.read',
	params: idParams,
	query: v.object({ locale: v.optional(v.picklist(['en', 'zh'], 'en or zh'), 'en') }),
	answers: { 200: 'text/markdown' },
	problems: ['gone']
});

const change = v.picklist(SNAPSHOT_CHANGES, SNAPSHOT_CHANGES.join(', '));
const compared = v.looseObject({ id: v.string(), objective: v.string(), sha256: v.string(), rows, heldOut: v.number(), used: v.number(), dropped: v.record(v.string(), v.number()), lengthBias: v.nullable(lengthBias) });
const was = v.nullable(v.object({ split: v.nullable(v.string()), outcome: v.string(), verdict: v.nullable(v.string()) }));

export const compareSnapshots = operation({
	id: 'compareSnapshots',
	method: 'GET',
	path: '/snapshots/{id}/diff/{other}',
	summary: 'How a snapshot differs from another one before it: settings, counts by change, and the rows of one change',
	access: 'snapshot.read',
	params: v.object({ id: uuid, other: uuid }),
	query: v.object({ change: v.optional(change), cursor: v.optional(uuid), limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 200'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(200, 'at most 200'))) }),
	answers: {
		200: v.object({
			project: v.string(),
			before: compared,
			after: compared,
			rules: v.array(v.object({ setting: v.string(), before: v.unknown(), after: v.unknown() })),
			counts: v.record(v.string(), v.number()),
			change: v.nullable(v.string()),
			changed: v.array(v.object({ id: v.string(), comparisonId: v.string(), judgmentId: v.nullable(v.string()), question: v.string(), before: was, after: was })),
			next: v.nullable(v.string())
		})
	}
});
