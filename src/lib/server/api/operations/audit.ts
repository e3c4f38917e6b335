import * as v from 'valibot';
import { AUDIT_ACT_NAMES, AUDIT_TOPICS } from '../../../domain/audit-acts.ts';
import { slugParams, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

/** A place in the list, as an earlier answer gave it. */
const cursor = v.pipe(v.string(), v.regex(/^\d{1,18}$/, 'must be a cursor that an earlier answer gave'));

export const AuditQuery = v.object({
	topic: v.optional(v.picklist(AUDIT_TOPICS, `one of ${AUDIT_TOPICS.join(', ')}`)),
	by: v.optional(uuid),
	cursor: v.optional(cursor),
	limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 200'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(200, 'at most 200')))
});

export const readAudit = operation({
	id: 'readAudit',
	method: 'GET',
	path: '/projects/{slug}/audit',
	summary: 'Who did what in a project, newest first, a page at a time: settings, people, data, trainings, decisions, servers; and the newest link of the chain that seals it. Judging itself is read with the judgments',
	access: 'audit.read',
	params: slugParams,
	query: AuditQuery,
	answers: {
		200: v.object({
			acts: v.array(
				v.object({
					id: v.string(),
					at: v.string(),
					act: v.picklist(AUDIT_ACT_NAMES),
					topic: v.picklist(AUDIT_TOPICS),
					by: v.nullable(v.object({ id: v.string(), name: v.nullable(v.string()) })),
					subject: v.object({ kind: v.string(), id: v.string() }),
					about: v.nullable(v.string()),
					checkpointId: v.nullable(v.string()),
					facts: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
					sealed: v.boolean()
				})
			),
			next: v.nullable(v.string()),
			only: v.nullable(v.object({ id: v.string(), name: v.nullable(v.string()) })),
			seal: v.nullable(v.object({ link: v.number(), hash: v.string() }))
		})
	}
});
