import { ALWAYS_MAILED, kindsFor, mayBeUnmailed } from '../../domain/notification-kind.ts';
import type { NotificationKind } from '../../domain/notification-kind.ts';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as digests from '../db/digests.ts';
import * as members from '../db/members.ts';
import { allowAccount } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What a person is mailed of. `sends`: this installation has a mail server; `kinds`: what they can be told of, in the projects where they are; `off`: what they do without; `always`: what is mailed whatever they choose. */
export type MailChoice = { sends: boolean; kinds: NotificationKind[]; off: NotificationKind[]; always: NotificationKind[] };

/** Reads what one is mailed of. In Plumbline one is told of everything. */
export async function readMailChoice(app: Pick<App, 'db' | 'config'>, actor: Actor): Promise<MailChoice> {
	const [off, projects] = await Promise.all([digests.unwanted(app.db, actor.userId), members.projectsOf(app.db, actor.userId, false)]);
	const kinds = kindsFor({ roles: projects.flatMap(({ role }) => role ?? []), isAdmin: actor.isAdmin });
	return { sends: app.config.mail !== null, kinds, off, always: [...ALWAYS_MAILED] };
}

/** Says what one does without in mails. What waits for a signature cannot be done without; and since others reckon with mails, what was chosen is in the audit. */
export async function chooseMail(app: Pick<App, 'db' | 'config'>, actor: Actor, off: readonly NotificationKind[]): Promise<Result<MailChoice>> {
	const allowed = allowAccount(actor);
	if (!allowed.ok) return allowed;
	const kept = off.find((kind) => !mayBeUnmailed(kind));
	if (kept) return wrongField('off', `without ${kept}: what waits for a signature is always mailed`);
	const chosen = await inTransaction(app.db, async (tx) => {
		await digests.setUnwanted(tx, actor.userId, [...new Set(off)]);
		await record(tx, actor, { action: 'mail.choose', subject: ['user', actor.userId], details: { off: [...new Set(off)] } });
		return ok(null);
	});
	return chosen.ok ? ok(await readMailChoice(app, actor)) : chosen;
}
