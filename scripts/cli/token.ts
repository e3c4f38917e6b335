import type { Command } from 'commander';
import { userIdOf } from './people.ts';
import { columns } from './speaker.ts';
import { collect, readSpan, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

type Issued = { id: string; token: string; expiresAt: string | null };
type Listed = { id: string; name: string | null; scopes: string[] | null; expiresAt: string | null; expired: boolean; lastUsedAt: string | null; createdAt: string };

/** `plumbline token` */
export function addToken(program: Command, surroundings: Surroundings): void {
	const token = program.command('token').summary('tokens for scripts').description('Bearer tokens of the API. Give a script one of its own, with the scopes it needs and an end.');

	token
		.command('create')
		.summary('make a token; it is shown this once')
		.option('--name <name>', 'what it is for')
		.option('--scope <action>', 'what it may do (several times; default: all that you may)', collect)
		.option('--expires <span>', 'when it ends: 12h, 30d', readSpan)
		.option('--for <person>', 'for somebody else, by email or id (administrators)')
		.addHelpText('after', `
Examples:
  npx plumbline token create --name "nightly import" --scope import.create --scope import.read --expires 90d
  PLUMBLINE_TOKEN=$(npx plumbline token create --name ci --expires 1h --json | jq -r .token)

Scopes are names of actions: import.create, snapshot.create, snapshot.data, run.start, run.read, round.read, …
A wrong one is refused with the list of all.`)
		.action(async (options: { name?: string; scope?: string[]; expires?: number; for?: string }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const path = options.for === undefined ? '/tokens' : `/users/${await userIdOf(server, options.for)}/tokens`;
			const issued = await server.send<Issued>('POST', path, {
				...(options.name ? { name: options.name } : {}),
				...(options.scope ? { scopes: options.scope } : {}),
				...(options.expires === undefined ? {} : { expiresAt: new Date(Date.now() + options.expires).toISOString() })
			});
			speaker.result(issued, [issued.token]);
			speaker.note(`Token ${issued.id}${issued.expiresAt ? `, until ${issued.expiresAt}` : ', without an end'}. It is not shown again.`);
		});

	token
		.command('list')
		.summary('your tokens that were not revoked')
		.action(async (_options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { tokens } = await (await api()).get<{ tokens: Listed[] }>('/tokens');
			speaker.result({ tokens }, tokens.length > 0 ? columns(tokens.map(({ id, expired, expiresAt, lastUsedAt, scopes, name }) => [id, expired ? 'expired' : expiresAt ? `until ${expiresAt}` : 'without an end', lastUsedAt ? `used ${lastUsedAt}` : 'never used', scopes?.join(' ') ?? 'all', name])) : ['No tokens.']);
		});

	token
		.command('revoke')
		.summary('end a token at once')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			await (await api()).send('DELETE', `/tokens/${segment(id)}`);
			speaker.result({ id, revoked: true }, [`Revoked ${id}.`]);
		});
}
