import { createTransport } from 'nodemailer';
import type { Config } from '../config.ts';

/** A mail in plain text. */
export type Mail = { to: { name: string; address: string }; subject: string; text: string };

/** Sends mail; null where no server is set. */
export type Mailer = { send: (mail: Mail) => Promise<void>; close: () => void };

const PATIENCE_MS = 15_000;

/** What went wrong with a mail, without what the server or the address said: answers quote addresses, and the server's address holds a password. */
export class MailFailed extends Error {
	constructor(code: string) {
		super(`the mail server did not take it (${code})`);
		this.name = 'MailFailed';
	}
}

const codeOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown');

/** A mailer for the server of the settings. It speaks to that server alone and reads no file and no address for a mail's contents. */
export function createMailer({ mail }: Pick<Config, 'mail'>): Mailer | null {
	if (!mail) return null;
	const transport = createTransport(
		{ url: mail.url, connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS, disableFileAccess: true, disableUrlAccess: true },
		{ from: mail.from }
	);
	return {
		send: async ({ to, subject, text }) => {
			try {
				await transport.sendMail({ to, subject, text, headers: { 'auto-submitted': 'auto-generated' } });
			} catch (error) {
				throw new MailFailed(codeOf(error));
			}
		},
		close: () => transport.close()
	};
}
