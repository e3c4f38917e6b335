import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { KINDS } from '#lib/domain/desensitisation/kind.ts';
import type { Kind } from '#lib/domain/desensitisation/kind.ts';
import { OwnWordSchema } from '#lib/domain/desensitisation/settings.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { addOwnWord, exceptFinding, listFindings, rescanImport } from '#lib/server/usecases/review-findings.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { isRowId, rowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const PAGE = 50;
const kindOf = (text: string | null): Kind | null => KINDS.find((kind) => kind === text) ?? null;

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const after = Number(url.searchParams.get('after') ?? 0);
	const kind = kindOf(url.searchParams.get('kind'));
	return { kind, page: valueOf(await listFindings(locals.app, signedIn(locals, url), { importId: rowId(params.id, locals.requestId), kind, after: Number.isSafeInteger(after) && after > 0 ? after : 0, limit: PAGE }), locals.requestId) };
};

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });

export const actions: Actions = {
	pass: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		if (!isRowId(id)) return refused({ code: 'not_found', detail: 'There is no such finding.' });
		const done = await exceptFinding(locals.app, actor, id);
		return done.ok ? { passed: id } : refused(done.problem);
	},
	add: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const word = v.safeParse(OwnWordSchema, { text: String(fields.get('text') ?? '').trim(), kind: String(fields.get('kind') ?? 'word') });
		if (!word.success) return refused({ code: 'invalid_input', detail: word.issues[0].message });
		const done = await addOwnWord(locals.app, actor, { slug: params.slug, word: word.output });
		return done.ok ? { added: word.output.text } : refused(done.problem);
	},
	rescan: async ({ locals, params, url }) => {
		const done = await rescanImport(locals.app, signedIn(locals, url), rowId(params.id, locals.requestId));
		return done.ok ? { rescanned: true } : refused(done.problem);
	}
};
