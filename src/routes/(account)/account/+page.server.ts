import { fail as failed, redirect } from '@sveltejs/kit';
import { fail, message, setError, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { NOTIFICATION_KINDS } from '#lib/domain/notification-kind.ts';
import type { NotificationKind } from '#lib/domain/notification-kind.ts';
import { ACTIONS } from '#lib/domain/permission.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';
import type { Actor } from '#lib/server/auth/actor.ts';
import { PASSWORD_LENGTH } from '#lib/server/auth/password.ts';
import { changePassword } from '#lib/server/usecases/change-password.ts';
import { chooseMail, readMailChoice } from '#lib/server/usecases/choose-mail.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { listTokens } from '#lib/server/usecases/list-tokens.ts';
import { revokeToken } from '#lib/server/usecases/revoke-token.ts';
import { signOutEverywhere } from '#lib/server/usecases/sign-out-everywhere.ts';
import { refused } from '../../form-result.ts';
import type { FormMessage } from '../../form-result.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import { typed } from '../../typed-text.ts';
import { inWords } from '../in-words.ts';
import { secret, without } from '../secret-text.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../row-id.ts';

const SHOWN = 200;
const DAY_MS = 86_400_000;
const broken = (): string => m.password_rule_broken(PASSWORD_LENGTH);

const NewPassword = v.object({ currentPassword: secret(() => m.account_password_current_missing()), newPassword: secret(broken) });
type PasswordSaid = FormMessage | { changed: true };

const NewKey = v.object({
	name: typed(100),
	reach: v.picklist(['all', 'some']),
	scopes: v.array(v.picklist(ACTIONS)),
	days: v.picklist(['7', '30', '90', '365', 'never'])
});
type KeyForm = v.InferOutput<typeof NewKey>;
/** A key as it is shown once; nobody can read it again. */
export type MadeKey = { name: string; token: string; expiresAt: string | null };
type KeySaid = FormMessage | { made: MadeKey };

/** The page is a person's, not a program's that sends a token. */
function person(locals: App.Locals, url: URL): Actor {
	if (locals.person) return signedIn(locals, url);
	redirect(303, '/sign-in?next=/account');
}

export const load: PageServerLoad = async ({ locals, url }) => {
	const actor = person(locals, url);
	const [{ tokens, useful }, mail] = await Promise.all([listTokens(locals.app, actor, SHOWN + 1), readMailChoice(locals.app, actor)]);
	return {
		isAdmin: actor.isAdmin,
		mail,
		keys: tokens.slice(0, SHOWN),
		more: tokens.length > SHOWN,
		useful,
		passwordLength: PASSWORD_LENGTH,
		passwordForm: await superValidate<v.InferOutput<typeof NewPassword>, PasswordSaid>({ currentPassword: '', newPassword: '' }, valibot(NewPassword), { id: 'password', errors: false }),
		keyForm: await superValidate<KeyForm, KeySaid>({ name: '', reach: 'all', scopes: [], days: '90' }, valibot(NewKey), { id: 'key', errors: false })
	};
};

export const actions: Actions = {
	password: async ({ locals, request, url, cookies }) => {
		const actor = person(locals, url);
		const form = await superValidate<v.InferOutput<typeof NewPassword>, PasswordSaid>(request, valibot(NewPassword), { id: 'password' });
		const input = { ...form.data };
		without(form, 'currentPassword', 'newPassword');
		if (!form.valid) return fail(400, { form });
		const changed = await changePassword(locals.app, actor, input);
		if (!changed.ok) {
			const fields = { currentPassword: m.account_password_current_wrong, newPassword: broken };
			return refused(form as never, inWords(changed.problem, { fields, wait: m.account_wait }));
		}
		const { name, value, attributes } = changed.value.cookie;
		cookies.set(name, value, attributes);
		return message(form, { changed: true });
	},
	everywhere: async ({ locals, url, cookies }) => {
		const ended = valueOf(await signOutEverywhere(locals.app, person(locals, url)), locals.requestId);
		cookies.set(ended.cookie.name, ended.cookie.value, ended.cookie.attributes);
		redirect(303, '/sign-in?done=everywhere');
	},
	key: async ({ locals, request, url }) => {
		const actor = person(locals, url);
		const form = await superValidate<KeyForm, KeySaid>(request, valibot(NewKey), { id: 'key' });
		if (!form.valid) return fail(400, { form });
		const { name, reach, scopes, days } = form.data;
		if (reach === 'some' && scopes.length === 0) return setError(form, 'reach', m.account_key_some_missing());
		const issued = await issueToken(locals.app, actor, {
			...(name === '' ? {} : { name }),
			...(reach === 'some' ? { scopes } : {}),
			...(days === 'never' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() })
		});
		if (!issued.ok) return refused(form as never, inWords(issued.problem, {}));
		return message(form, { made: { name, token: issued.value.token, expiresAt: issued.value.expiresAt } });
	},
	mail: async ({ locals, request, url }) => {
		const actor = person(locals, url);
		const mailed = (await request.formData()).getAll('mailed').map(String);
		const { kinds, off, always } = await readMailChoice(locals.app, actor);
		const asked = (kind: NotificationKind) => kinds.includes(kind) && !always.includes(kind);
		// What the page does not ask about stays as it was chosen.
		const chosen = await chooseMail(locals.app, actor, NOTIFICATION_KINDS.filter((kind) => (asked(kind) ? !mailed.includes(kind) : off.includes(kind))));
		return chosen.ok ? { mailChosen: true } : failed(PROBLEMS[chosen.problem.code].status, { mailProblem: chosen.problem });
	},
	end: async ({ locals, request, url }) => {
		const actor = person(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		// Ended in another tab, or never there: either way the list without it is the truth.
		const ended = isRowId(id) ? await revokeToken(locals.app, actor, id) : null;
		if (ended && !ended.ok && ended.problem.code !== 'not_found') return failed(PROBLEMS[ended.problem.code].status, { problem: { code: ended.problem.code } });
		return { ended: true };
	}
};
