import { fail, message, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { listGuidelineVersions } from '#lib/server/usecases/list-guideline-versions.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { readGuideline } from '#lib/server/usecases/read-guideline.ts';
import { refused } from '../../../../form-result.ts';
import type { FormMessage } from '../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { typed } from '../../../../typed-text.ts';
import type { Actions, PageServerLoad } from './$types';

const NewVersion = v.object({ body: typed(100_000, 1) });
type Said = FormMessage | { version: number };

/** A version's number as an address writes it. */
const numbered = (text: string | null): number | undefined => (text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined);

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const asked = (name: string) => numbered(url.searchParams.get(name));
	const version = asked('version');
	const since = version === undefined ? undefined : asked('since');
	const [guideline, before, listed, { can }] = await Promise.all([
		readGuideline(locals.app, actor, params.slug, version),
		since === undefined ? null : readGuideline(locals.app, actor, params.slug, since),
		listGuidelineVersions(locals.app, actor, params.slug),
		parent()
	]);
	const current = valueOf(guideline, locals.requestId);
	const versions = valueOf(listed, locals.requestId);
	return { guideline: current, before: before && valueOf(before, locals.requestId), versions, form: can['project.configure'] ? await superValidate<v.InferOutput<typeof NewVersion>, Said>({ body: current?.body ?? '' }, valibot(NewVersion), { errors: false }) : null };
};

export const actions: Actions = {
	write: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<v.InferOutput<typeof NewVersion>, Said>(request, valibot(NewVersion));
		if (!form.valid) return fail(400, { form });
		const put = await putGuideline(locals.app, actor, { slug: params.slug, body: form.data.body });
		return put.ok ? message(form, { version: put.value.version }) : refused(form as never, put.problem);
	}
};
