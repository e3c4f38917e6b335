import type { Command } from 'commander';
import { createApi } from './api.ts';
import { DEFAULT_ADDRESS, forget, keep, readAddress } from './credentials.ts';
import { misused, refused } from './ending.ts';
import { readSecret } from './secret.ts';
import { columns } from './speaker.ts';
import { toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

type Me = { id: string; name: string; email: string; isAdmin: boolean; memberships: { slug: string; name: string; role: string }[] };

const isLoopback = (address: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(new URL(address).hostname);

/** `plumbline login`, `logout` and `whoami` */
export function addLogin(program: Command, surroundings: Surroundings): void {
	program
		.command('login')
		.summary('keep a token, so that commands know who you are')
		.description('Checks a token and keeps it, with the address, in a file that only you can read. The token is read from the terminal without showing it, or from standard input; never from the command line, which other users of the machine can see.')
		.argument('[address]', 'address of Plumbline', DEFAULT_ADDRESS)
		.addHelpText('after', `
Examples:
  npx plumbline login https://plumbline.firm.example
  npx plumbline login < token.txt

In CI set PLUMBLINE_URL and PLUMBLINE_TOKEN instead: nothing is stored then.`)
		.action(async (address: string, _options: unknown, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const access = { address: readAddress(address), token: await readSecret(tools, 'Token (from your account page; it is not shown)') };
			if (access.token === '') throw misused('No token was given. Make one on your account page (Tokens) and paste it here.');
			if (/[^\x21-\x7e]/u.test(access.token)) throw misused('A token has no spaces and no letters outside ASCII. Copy it again.');
			if (access.address.startsWith('http:') && !isLoopback(access.address)) tools.speaker.note(`Careful: ${access.address} is not encrypted; whoever listens on the way can read the token.`);
			const me = await createApi(access).get<Me>('/me');
			const file = await keep(surroundings.env, { ...access, email: me.email });
			tools.speaker.result({ address: access.address, file, user: me }, [`Signed in to ${access.address} as ${me.name} (${me.email}). The token is kept in ${file}.`]);
		});

	program
		.command('logout')
		.summary('forget the token')
		.description('Deletes the kept token from this machine. The token itself stays valid: revoke it with plumbline token revoke, or on your account page.')
		.argument('[address]', 'address of Plumbline (default: the one last signed in to)')
		.action(async (address: string | undefined, _options: unknown, command: Command) => {
			const forgotten = await forget(surroundings.env, address);
			if (forgotten === null) throw refused('There is no kept token to forget.', { code: 'not_signed_in' });
			toolsFor(surroundings, command).speaker.result({ address: forgotten }, [`Forgot the token for ${forgotten}.`]);
		});

	program
		.command('whoami')
		.summary('say who the token belongs to and what projects they are in')
		.action(async (_options: unknown, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const api = await tools.api();
			const me = await api.get<Me>('/me');
			const projects = columns(me.memberships.map(({ slug, role, name }) => [`  ${slug}`, role, name]));
			tools.speaker.result({ address: api.address, ...me }, [`${me.name} (${me.email})${me.isAdmin ? ', administrator' : ''} at ${api.address}`, ...(projects.length > 0 ? projects : ['  in no project'])]);
		});
}
