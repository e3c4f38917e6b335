import { lastDigestTime } from '../../domain/digest-time.ts';
import type { App } from '../app.ts';
import * as digests from '../db/digests.ts';
import { writeDigest } from '../mail/digest.ts';
import type { MailLocale } from '../mail/digest.ts';
import { MailFailed } from '../mail/mailer.ts';
import type { Mailer } from '../mail/mailer.ts';

/** How long a person whose mail was refused is left alone: a wrong address must not be knocked at every minute. */
const REFUSED_MS = 3_600_000;

const localeOf = (locale: string | null): MailLocale => (locale?.startsWith('zh') ? 'zh' : 'en');

/**
 * Mails everybody their unread notifications, once a day from a set hour on. A
 * person's notifications are marked in the transaction that sends: a crash
 * before the server took the mail loses nothing, one after it repeats that mail
 * alone. What somebody does without when a digest is due is passed over for good. A mail that the server refuses waits, for who keeps `refused` an hour.
 */
export async function sendDigests(app: Pick<App, 'db' | 'config' | 'log'>, mailer: Mailer, now = new Date(), refused = new Map<string, number>()): Promise<number> {
	const { mail, origin } = app.config;
	if (!mail || !origin) return 0;
	const before = lastDigestTime(now, mail.hour).toISOString();
	await digests.passOver(app.db, before);
	let sent = 0;
	for (const userId of await digests.due(app.db, before)) {
		if ((refused.get(userId) ?? 0) > now.getTime()) continue;
		try {
			await app.db.transaction(async (tx) => {
				const matter = await digests.take(tx, userId, before);
				if (!matter) return;
				const { subject, text } = writeDigest({ locale: localeOf(matter.locale), name: matter.name, origin, notices: matter.notices });
				await mailer.send({ to: { name: matter.name, address: matter.email }, subject, text });
				sent += 1;
			});
		} catch (error) {
			if (!(error instanceof MailFailed)) throw error;
			refused.set(userId, now.getTime() + REFUSED_MS);
			app.log.warn({ userId, reason: error.message }, 'a digest was not sent');
		}
	}
	return sent;
}
