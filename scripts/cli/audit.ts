import type { Command } from 'commander';
import { toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

/** `plumbline audit` */
export function addAudit(program: Command, surroundings: Surroundings): void {
	program
		.command('audit')
		.summary('the record of who did what (on the server)')
		.command('verify')
		.summary('check that no entry of the audit was changed, removed or slipped in')
		.description('Walks the whole hash chain and computes every link anew, on the database itself. Exit code 0 when it holds, 1 when it is broken. Note the head somewhere else from time to time: a chain that somebody wrote anew from its beginning can only be told by an earlier head.')
		.action(async (_options: unknown, command: Command) => {
			const { auditVerify } = await import('./audit-verify.ts');
			await auditVerify(toolsFor(surroundings, command));
		});
}
