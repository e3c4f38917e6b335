import { error, fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { ObjectiveSchema, RuleNameSchema, SnapshotRequestSchema } from '#lib/domain/snapshot-request.ts';
import { completeRule, storedRule } from '#lib/domain/snapshot-rule.ts';
import * as m from '#lib/paraglide/messages.js';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listMembers } from '#lib/server/usecases/list-members.ts';
import { readForm } from '#lib/server/usecases/read-form.ts';
import { readRounds } from '#lib/server/usecases/read-rounds.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { listSnapshots, readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { listSnapshotRules, readSnapshotRule } from '#lib/server/usecases/read-snapshot-rules.ts';
import { inWords } from '../../../../../(account)/in-words.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { isRowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const roundsOf = ({ rule }: { rule: Record<string, unknown> }): number[] | null => (rule['filter'] as { rounds?: number[] } | undefined)?.rounds ?? null;

const Saving = v.object({ ...SnapshotRequestSchema.entries, objective: ObjectiveSchema });

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const { project, can } = await parent();
	if (!can['snapshot.create']) error(403, { message: 'Snapshots are made by engineers and owners.', code: 'forbidden' });
	const from = url.searchParams.get('from') ?? '';
	const name = url.searchParams.get('rule') ?? '';
	const [rounds, people, form, before, earlier, saved, versions] = await Promise.all([
		readRounds(locals.app, actor, params.slug),
		listMembers(locals.app, actor, params.slug),
		readForm(locals.app, actor, params.slug),
		isRowId(from) ? readSnapshot(locals.app, actor, from) : null,
		listSnapshots(locals.app, actor, params.slug),
		listSnapshotRules(locals.app, actor, params.slug),
		name === '' ? null : readSnapshotRule(locals.app, actor, { slug: params.slug, name: name.slice(0, 80) })
	]);
	const all = valueOf(rounds, locals.requestId);
	const source = before?.ok && before.value.project === params.slug ? before.value : null;
	const wanted = Number(url.searchParams.get('round'));
	const newest = all.at(-1)?.number ?? 1;
	const composed = valueOf(form, locals.requestId)?.form;
	const snapshots = valueOf(earlier, locals.requestId);
	const [last] = snapshots;
	/** The saved rule that is begun with: one of its versions, else the newest. */
	const picked = versions?.ok ? (versions.value.find(({ version }) => version === Number(url.searchParams.get('version'))) ?? versions.value[0]) : undefined;
	const begun = picked ?? (source ? { objective: source.objective, rule: storedRule(source.rule) } : null);
	return {
		rounds: all.map(({ number, status, judgments }) => ({ number, status, judgments })),
		people: valueOf(people, locals.requestId).filter(({ role }) => role !== 'engineer').map(({ userId, name }) => ({ userId, name })),
		criteria: composed?.criteria.map(({ key, name }) => ({ key, label: name })) ?? [],
		asksStrength: composed?.strength ?? false,
		saved: valueOf(saved, locals.requestId),
		versions: versions?.ok ? versions.value : [],
		picked: picked ?? null,
		last: last ? { id: last.id, createdAt: last.createdAt, objective: last.objective, rounds: roundsOf(last), rule: storedRule(last.rule) } : null,
		earlier: snapshots.slice(0, 20).map(({ id, objective, sha256, createdAt, rows }) => ({ id, objective, sha256, createdAt, rows: rows.train })),
		asked: {
			objective: DATASET_OBJECTIVES.find((one) => one === (url.searchParams.get('objective') ?? begun?.objective ?? project.objective)) ?? 'dpo',
			rounds: (source && roundsOf(source)) ?? [all.some(({ number }) => number === wanted) ? wanted : newest],
			rule: begun?.rule ?? completeRule()
		}
	};
};

export const actions: Actions = {
	freeze: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const sent = (await request.formData()).get('request');
		const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), SnapshotRequestSchema), sent);
		if (!parsed.success) return fail(400, { problem: { code: 'invalid_input', detail: m.preview_failed() } });
		const frozen = await freezeSnapshot(locals.app, actor, { slug: params.slug, ...parsed.output });
		if (!frozen.ok) return fail(PROBLEMS[frozen.problem.code].status, { problem: inWords(frozen.problem, { above: { empty_snapshot: m.round_freeze_empty, invalid_input: m.preview_failed } }) });
		redirect(303, `/projects/${params.slug}/snapshots/${frozen.value.id}`);
	},
	save: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const sent = await request.formData();
		const asked = v.safeParse(v.pipe(v.string(), v.parseJson(), Saving), sent.get('asked'));
		if (!asked.success) return fail(400, { problem: { code: 'invalid_input', detail: m.preview_failed() } });
		const name = v.safeParse(RuleNameSchema, sent.get('ruleName'));
		if (!name.success) return fail(400, { nameError: m.saved_rule_name_wrong() });
		const { objective, rule } = asked.output;
		const saved = await putSnapshotRule(locals.app, actor, { slug: params.slug, name: name.output, objective, rule });
		if (!saved.ok) return fail(PROBLEMS[saved.problem.code].status, { problem: inWords(saved.problem, { above: { invalid_input: m.preview_failed } }) });
		return { saved: saved.value };
	}
};
