import { redirect } from '@sveltejs/kit';
import { CHART_KEYS } from '#lib/components/run/chart-specs.ts';
import { slim } from '#lib/components/run/series.ts';
import { readFailure, readRun, readRunMetrics, readRunRecord } from '#lib/server/usecases/read-run.ts';
import { readRepeat } from '#lib/server/usecases/read-repeat.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { rowId } from '../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:run');
	const actor = signedIn(locals, url);
	const runId = rowId(params.id, locals.requestId);
	const run = valueOf(await readRun(locals.app, actor, runId), locals.requestId);
	if (run.project !== params.slug) redirect(307, `/projects/${run.project}/runs/${run.id}`);
	const [metrics, record, repeated, failure] = await Promise.all([readRunMetrics(locals.app, actor, { runId }), readRunRecord(locals.app, actor, { runId }), readRepeat(locals.app, actor, { runId, origin: url.origin }), readFailure(locals.app, actor, runId)]);
	const { events, log, attempts } = valueOf(record, locals.requestId);
	const repeat = repeated.ok ? (({ command, attempt, versions, data, base, parent }) => ({ command, attempt, versions, data, base, parent }))(repeated.value) : null;
	return {
		run,
		// Without one there is nothing to repeat yet, or what it was started with stayed on another installation.
		repeat,
		steps: slim(valueOf(metrics, locals.requestId), CHART_KEYS).map(({ step, values }) => ({ step, values })),
		log: log.lines,
		logHidden: log.hidden,
		failure: valueOf(failure, locals.requestId),
		// Pace, “kept at step n” and an outside scheduler's word need these; the rest of an event's life is the log's.
		events: events.filter(({ kind }) => ['phase', 'saved', 'placed', 'health', 'stopping'].includes(kind)).map(({ id, attempt, kind, data, createdAt }) => ({ id, attempt, kind, data, createdAt })),
		attempts,
		now: Date.now()
	};
};
