import type { Command } from 'commander';
import { accounts, userIdOf } from './people.ts';
import type { Account } from './people.ts';
import { columns } from './speaker.ts';
import { toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

/** `plumbline user` */
export function addUser(program: Command, surroundings: Surroundings): void {
	const user = program
		.command('user')
		.summary('accounts (administrators)')
		.description('Accounts. All but password-link ask the server and need an administrator’s token.');

	user
		.command('list')
		.summary('all accounts')
		.action(async (_options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const users: Account[] = [];
			for await (const account of accounts(await api())) users.push(account);
			speaker.result({ users }, columns(users.map(({ id, email, isAdmin, active, name }) => [id, email, isAdmin ? 'administrator' : '', active ? '' : 'deactivated', name])));
		});

	user
		.command('add')
		.summary('make an account and the link with which the person sets a password')
		.argument('<email>')
		.argument('<name>')
		.option('--admin', 'the person may do everything')
		.addHelpText('after', `
Example:
  npx plumbline user add ada@firm.example "Ada Wong"
  npx plumbline project member tenancy ada@firm.example annotator`)
		.action(async (email: string, name: string, { admin = false }: { admin?: boolean }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const { id } = await server.send<{ id: string }>('POST', '/users', { email, name, isAdmin: admin });
			const link = await server.send<{ token: string; expiresAt: string }>('POST', `/users/${id}/password-links`);
			const address = `${server.address}/password/${link.token}`;
			speaker.result({ id, email, passwordLink: address, expiresAt: link.expiresAt }, [`Made an account for ${email} (${id}).`, address, `Opens once, until ${link.expiresAt}. Give it to ${email} and to nobody else.`]);
		});

	user
		.command('deactivate')
		.summary('shut a person out at once; what they judged stays')
		.argument('<person>', 'email or id')
		.action(async (person: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const done = await server.send<{ releasedLeases: number; endedSessions: number; revokedTokens: number }>('POST', `/users/${await userIdOf(server, person)}/deactivate`);
			speaker.result(done, [`${person} is shut out: ${done.endedSessions} sessions and ${done.revokedTokens} tokens ended, ${done.releasedLeases} pairs given back.`]);
		});

	user
		.command('reactivate')
		.summary('let a person in again')
		.argument('<person>', 'email or id')
		.action(async (person: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			await server.send('POST', `/users/${await userIdOf(server, person)}/reactivate`);
			speaker.result({ person, active: true }, [`${person} may sign in again.`]);
		});

	user
		.command('password-link')
		.summary('make a one-time link with which a person sets a new password (on the server)')
		.description('For who has lost the password, also the last administrator. Works on the database itself and needs no token: whoever can run this has the database anyway. The link opens once, within 24 hours; an earlier one of the person ends. It is in the audit.')
		.argument('<email>')
		.action(async (email: string, _options: unknown, command: Command) => {
			const { passwordLink } = await import('./password-link.ts');
			await passwordLink(toolsFor(surroundings, command), email);
		});
}
