import { error, fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { SnapshotRequestSchema } from '#lib/domain/snapshot-request.ts';
import { completeRule, SnapshotRuleSchema } from '#lib/domain/snapshot-rule.ts';
import type { SnapshotRule } from '#lib/domain/snapshot-rule.ts';
import * as m from '#lib/paraglide/messages.js';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listMembers } from '#lib/server/usecases/list-members.ts';
import { readForm } from '#lib/server/usecases/read-form.ts';
import { readRounds } from '#lib/server/usecases/read-rounds.ts';
import { listSnapshots, readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { inWords } from '../../../../../(account)/in-words.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The rule of a stored snapshot, as far as it can be asked for again: one of an earlier day is begun from its defaults. */
function ruleOf(stored: Record<string, unknown>): SnapshotRule {
	const { rounds: _rounds, filter: _filter, margins: _margins, ...rule } = stored;
	const again = v.safeParse(SnapshotRuleSchema, rule);
	return again.success ? completeRule(again.output) : completeRule({ includeImports: stored['includeImports'] === true, maxChars: typeof stored['maxChars'] === 'number' ? stored['maxChars'] : null });
}

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const { project, can } = await parent();
	if (!can['snapshot.create']) error(403, { message: 'Snapshots are made by engineers and owners.', code: 'forbidden' });
	const from = url.searchParams.get('from') ?? '';
	const [rounds, people, form, before, earlier] = await Promise.all([
		readRounds(locals.app, actor, params.slug),
		listMembers(locals.app, actor, params.slug),
		readForm(locals.app, actor, params.slug),
		UUID.test(from) ? readSnapshot(locals.app, actor, from) : null,
		listSnapshots(locals.app, actor, params.slug)
	]);
	const all = valueOf(rounds, locals.requestId);
	const source = before?.ok && before.value.project === params.slug ? before.value : null;
	const wanted = Number(url.searchParams.get('round'));
	const newest = all.at(-1)?.number ?? 1;
	const taken = (source?.rule['filter'] as { rounds?: number[] } | undefined)?.rounds;
	const composed = valueOf(form, locals.requestId)?.form;
	return {
		rounds: all.map(({ number, status, judgments }) => ({ number, status, judgments })),
		people: valueOf(people, locals.requestId).filter(({ role }) => role !== 'engineer').map(({ userId, name }) => ({ userId, name })),
		criteria: composed?.criteria.map(({ key, name }) => ({ key, label: name })) ?? [],
		asksStrength: composed?.strength ?? false,
		earlier: valueOf(earlier, locals.requestId).slice(0, 20).map(({ id, objective, sha256, createdAt, rows }) => ({ id, objective, sha256, createdAt, rows: rows.train })),
		asked: {
			objective: DATASET_OBJECTIVES.find((one) => one === (source?.objective ?? project.objective)) ?? 'dpo',
			rounds: taken ?? [all.some(({ number }) => number === wanted) ? wanted : newest],
			rule: source ? ruleOf(source.rule) : completeRule()
		}
	};
};

export const actions: Actions = {
	default: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const sent = (await request.formData()).get('asked');
		const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), SnapshotRequestSchema), sent);
		if (!parsed.success) return fail(400, { problem: { code: 'invalid_input', detail: m.preview_failed() } });
		const frozen = await freezeSnapshot(locals.app, actor, { slug: params.slug, ...parsed.output });
		if (!frozen.ok) return fail(PROBLEMS[frozen.problem.code].status, { problem: inWords(frozen.problem, { above: { empty_snapshot: m.round_freeze_empty, invalid_input: m.preview_failed } }) });
		redirect(303, `/projects/${params.slug}/snapshots/${frozen.value.id}`);
	}
};
