import { verifyAudit } from '#lib/server/usecases/seal-audit.ts';
import { readSettings } from '../start/settings.mjs';
import type { Command } from './command.ts';
import { withDatabase } from './with-database.ts';

/** `plumbline audit verify` */
export const auditVerify: Command = {
	words: ['audit', 'verify'],
	takes: [],
	summary: 'check that no entry of the audit was changed, removed or slipped in',
	help: `Walks the whole hash chain and computes every link anew. Exit code 0 when it holds, 1 when it is
broken. Note the head somewhere else from time to time: a chain that somebody wrote anew from its
beginning can only be told by an earlier head.`,
	run: (_given, say) =>
		withDatabase(readSettings(process.env), async (db) => {
			const check = await verifyAudit({ db });
			say(check.ok ? 'The audit chain holds.' : `The audit chain is BROKEN: ${check.problem ?? ''}`);
			say(`  seals    ${check.seals}${check.ok ? '' : ' in order before the break'}`);
			say(`  entries  ${check.entries}${check.ok ? '' : ' in order before the break'}`);
			say(`  head     ${check.head}`);
			if (check.unsealed > 0) say(`  ${check.unsealed} newer entries are not sealed yet; a running worker seals every second.`);
			return check.ok ? 0 : 1;
		})
};
