import type { Api } from './api.ts';
import { refused } from './ending.ts';

/** An account as the API lists it. */
export type Account = { id: string; name: string; email: string; isAdmin: boolean; active: boolean; createdAt: string };

/** All accounts, a page at a time. For administrators. */
export async function* accounts(api: Api): AsyncGenerator<Account> {
	for (let after: string | null = ''; after !== null; ) {
		const page: { users: Account[]; next: string | null } = await api.get(`/users?limit=500${after ? `&after=${after}` : ''}`);
		yield* page.users;
		after = page.next;
	}
}

/** The id of a person named by email; an id is taken as it is. @throws Ending */
export async function userIdOf(api: Api, person: string): Promise<string> {
	if (!person.includes('@')) return encodeURIComponent(person);
	for await (const { id, email } of accounts(api)) if (email.toLowerCase() === person.toLowerCase()) return id;
	throw refused(`Nobody has an account with the email ${person}. Make one with npx plumbline user add.`, { code: 'not_found' });
}
