import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as users from '../db/users.ts';

/** Keeps the language in which somebody reads our pages, for the mails they get. Nobody's business but theirs: no audit entry. */
export async function rememberLocale(app: Pick<App, 'db'>, actor: Actor, locale: string): Promise<void> {
	await users.setLocale(app.db, actor.userId, locale);
}
