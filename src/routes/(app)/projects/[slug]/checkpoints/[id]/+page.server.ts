import { fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { ExportPlan } from '#lib/domain/checkpoint-export.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { text, uuid } from '#lib/server/api/fields.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { cancelExport, exportAgain } from '#lib/server/usecases/cancel-export.ts';
import { decide, DECISIONS } from '#lib/server/usecases/decide.ts';
import { dropExport } from '#lib/server/usecases/drop-export.ts';
import { evaluateAgain } from '#lib/server/usecases/evaluate-again.ts';
import { generateAgain } from '#lib/server/usecases/generate-again.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readCheckpointGate } from '#lib/server/usecases/read-gate.ts';
import { signDecision } from '#lib/server/usecases/sign-decision.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';
import { cancelSuiteRun, startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { stopAnswers, stopEvaluation } from '#lib/server/usecases/stop-measuring.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { isRowId, rowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const DecisionForm = v.object({ decision: v.picklist(DECISIONS), reason: v.pipe(v.string(), v.trim(), text(5_000)), override: v.boolean(), exportId: v.nullable(uuid) });

/** A form that names no export. */
const NO_SUCH_EXPORT: Problem = { code: 'not_found', detail: 'The checkpoint has no such export.' };

/** Why a second person does not sign. */
const WhyUnsigned = v.pipe(v.string(), v.trim(), text(5_000));

/** What of an export's form is a number. */
const NUMBERS = ['bits', 'groupSize', 'samples', 'blockTokens'];

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:checkpoint');
	const actor = signedIn(locals, url);
	const checkpoint = valueOf(await readCheckpoint(locals.app, actor, rowId(params.id, locals.requestId)), locals.requestId);
	if (checkpoint.project !== params.slug) redirect(307, `/projects/${checkpoint.project}/checkpoints/${checkpoint.id}`);
	return { checkpoint, gate: valueOf(await readCheckpointGate(locals.app, actor, checkpoint.id), locals.requestId), suite: valueOf(await readSuiteRuns(locals.app, actor, { checkpointId: checkpoint.id }), locals.requestId), exports: valueOf(await listExports(locals.app, actor, checkpoint.id), locals.requestId) };
};

export const actions: Actions = {
	decide: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const typed = { decision: String(data.get('decision') ?? ''), reason: String(data.get('reason') ?? ''), override: data.get('override') === 'on', exportId: String(data.get('exportId') ?? '') || null };
		const parsed = v.safeParse(DecisionForm, typed);
		if (!parsed.success) {
			const problem: Problem = { code: 'invalid_input', detail: '', errors: fieldErrors(parsed.issues) };
			return fail(400, { ...typed, problem });
		}
		const decided = await decide(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), ...parsed.output, password: String(data.get('password') ?? '') });
		if (!decided.ok) return fail(PROBLEMS[decided.problem.code].status, { ...typed, problem: decided.problem });
		redirect(303, url.pathname);
	},
	sign: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const password = String((await request.formData()).get('password') ?? '');
		const signed = await signDecision(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), sign: true, password });
		if (!signed.ok) return fail(PROBLEMS[signed.problem.code].status, { unsigned: signed.problem });
		redirect(303, url.pathname);
	},
	decline: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const reason = v.safeParse(WhyUnsigned, (await request.formData()).get('reason'));
		const ended = await signDecision(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), sign: false, ...(reason.success ? { reason: reason.output } : {}) });
		if (!ended.ok) return fail(PROBLEMS[ended.problem.code].status, { unsigned: ended.problem });
		redirect(303, url.pathname);
	},
	evaluate: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const again = await evaluateAgain(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId) });
		if (!again.ok) return fail(PROBLEMS[again.problem.code].status, { problem: again.problem });
		redirect(303, url.pathname);
	},
	evaluateStop: async ({ locals, params, url }) => {
		const stopped = await stopEvaluation(locals.app, signedIn(locals, url), { checkpointId: rowId(params.id, locals.requestId) });
		if (!stopped.ok) return fail(PROBLEMS[stopped.problem.code].status, { problem: stopped.problem });
		redirect(303, url.pathname);
	},
	answerStop: async ({ locals, params, url }) => {
		const stopped = await stopAnswers(locals.app, signedIn(locals, url), { checkpointId: rowId(params.id, locals.requestId) });
		if (!stopped.ok) return fail(PROBLEMS[stopped.problem.code].status, { problem: stopped.problem });
		redirect(303, `${url.pathname}#answers`);
	},
	uncheck: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const exportId = url.searchParams.get('export');
		if (exportId !== null && !isRowId(exportId)) return fail(404, { problem: NO_SUCH_EXPORT });
		const stopped = await cancelSuiteRun(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), exportId });
		if (!stopped.ok) return fail(PROBLEMS[stopped.problem.code].status, { problem: stopped.problem });
		redirect(303, `${url.pathname}#${exportId === null ? 'suite' : 'exports'}`);
	},
	check: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const exportId = url.searchParams.get('export');
		if (exportId !== null && !isRowId(exportId)) return fail(404, { problem: NO_SUCH_EXPORT });
		const started = await startSuiteRun(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), exportId });
		if (!started.ok) return fail(PROBLEMS[started.problem.code].status, { problem: started.problem });
		redirect(303, `${url.pathname}#${exportId === null ? 'suite' : 'exports'}`);
	},
	export: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const typed = Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]));
		const parsed = v.safeParse(ExportPlan, typed);
		if (!parsed.success) return fail(400, { notExported: { code: 'invalid_input', detail: '', errors: fieldErrors(parsed.issues) } satisfies Problem });
		const started = await startExport(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), plan: parsed.output });
		if (!started.ok) return fail(PROBLEMS[started.problem.code].status, { notExported: started.problem });
		redirect(303, `${url.pathname}#exports`);
	},
	exportStop: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const exportId = url.searchParams.get('export') ?? '';
		if (!isRowId(exportId)) return fail(404, { problem: NO_SUCH_EXPORT });
		const stopped = await cancelExport(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), exportId });
		if (!stopped.ok) return fail(PROBLEMS[stopped.problem.code].status, { problem: stopped.problem });
		redirect(303, `${url.pathname}#exports`);
	},
	exportAgain: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const exportId = url.searchParams.get('export') ?? '';
		if (!isRowId(exportId)) return fail(404, { problem: NO_SUCH_EXPORT });
		const again = await exportAgain(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), exportId });
		if (!again.ok) return fail(PROBLEMS[again.problem.code].status, { problem: again.problem });
		redirect(303, `${url.pathname}#exports`);
	},
	exportDrop: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const exportId = url.searchParams.get('export') ?? '';
		if (!isRowId(exportId)) return fail(404, { problem: NO_SUCH_EXPORT });
		const dropped = await dropExport(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), exportId });
		if (!dropped.ok) return fail(PROBLEMS[dropped.problem.code].status, { problem: dropped.problem });
		redirect(303, `${url.pathname}#exports`);
	},
	answer: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const again = await generateAgain(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId) });
		if (!again.ok) return fail(PROBLEMS[again.problem.code].status, { problem: again.problem });
		redirect(303, url.pathname);
	}
};
