import { pino } from 'pino';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { identify } from '#lib/server/auth/identify.ts';
import type { SessionCookie } from '#lib/server/auth/lucia.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { signIn } from '#lib/server/usecases/sign-in.ts';
import { PASSWORD } from './password.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

export { PASSWORD };

let serial = 0;
/** An email and an address that no other test uses. */
export const newEmail = () => `person${++serial}@firm.example`;
export const newAddress = () => `203.0.113.${++serial}`;

/** A person who is signed in, as an actor. */
export const signedIn = (userId: string): Actor => ({ userId, isAdmin: false, via: 'session', scopes: null });

/** People who come in through the front door of a world, and everything secret they were ever given. */
export function peopleOf(world: World) {
	const logged: string[] = [];
	const secrets = new Set([PASSWORD]);
	const app: App = { ...world.app, log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }) };
	const signInAs = (email: string, password = PASSWORD, address = newAddress()) => signIn(app, { email, password, address });

	return {
		app,
		signInAs,
		account: async (input: { password?: string; isAdmin?: boolean } = { password: PASSWORD }) => {
			const email = newEmail();
			const { id } = valueOf(await createUser(app, world.admin, { email, name: `Person ${serial}`, ...input }));
			return { id, email };
		},
		session: async (email: string, password = PASSWORD): Promise<{ cookie: SessionCookie; header: string; actor: Actor }> => {
			const { cookie, userId } = valueOf(await signInAs(email, password));
			secrets.add(cookie.value);
			return { cookie, header: `other=%; ${cookie.name}=${cookie.value}`, actor: signedIn(userId) };
		},
		token: async (actor: Actor, input: Parameters<typeof issueToken>[2] = {}) => {
			const issued = valueOf(await issueToken(app, actor, input));
			secrets.add(issued.token);
			return issued;
		},
		link: async (userId: string): Promise<string> => {
			const { token } = valueOf(await issuePasswordLink(app, world.admin, userId));
			secrets.add(token);
			return token;
		},
		whoHas: async (cookie: string | null) => (await identify(app, { cookie, authorization: null })).actor?.userId ?? null,
		whoBears: async (token: string) => (await identify(app, { cookie: null, authorization: `Bearer ${token}` })).actor,
		/** Where a secret, or in log and audit a person, can be read. Empty is right. */
		leaks: async (): Promise<string[]> => {
			const tables = await world.query<{ name: string }>(
				`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`
			);
			const found: string[] = [];
			const log = logged.join('');
			for (const { name } of [...tables, { name: 'log' }]) {
				const text = name === 'log' ? log : (await world.query<{ row: string }>(`select t::text as row from ${name} t`)).map(({ row }) => row).join('\n');
				for (const secret of secrets) if (text.includes(secret)) found.push(`${name}: ${secret}`);
				if (name === 'log' || name.endsWith('audit_entries')) found.push(...(text.match(/.{0,40}(@|Person \d|203\.0\.113|horse|argon2).{0,20}/g) ?? []));
			}
			return found;
		}
	};
}
