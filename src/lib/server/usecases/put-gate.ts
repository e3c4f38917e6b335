import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Gate } from '../../domain/gate.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as gates from '../db/gates.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/**
 * Sets what a checkpoint of a project must show (a new version where it says
 * something else than the newest) and whether nobody decides on a run of their
 * own. Decisions keep the version that they were taken under.
 */
export async function putGate(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; gate?: Gate | undefined; fourEyes?: boolean | undefined }): Promise<Result<{ version: number | null; added: boolean; fourEyes: boolean }>> {
	return inTransaction(app.db, async (tx): Promise<Result<{ version: number | null; added: boolean; fourEyes: boolean }>> => {
		const access = await allow(tx, actor, { slug: input.slug }, 'project.configure');
		if (!access.ok) return access;
		const { id: projectId, fourEyes: before } = access.value.project;
		await projects.serialise(tx, projectId);
		const fourEyes = input.fourEyes ?? before;
		if (fourEyes !== before) {
			await gates.setFourEyes(tx, projectId, fourEyes);
			await record(tx, actor, { action: 'four_eyes.put', projectId, subject: ['project', projectId], details: { fourEyes } });
		}
		const newest = await gates.newest(tx, projectId);
		if (!input.gate || (newest && canonicalJson(newest.gate) === canonicalJson(input.gate))) return ok({ version: newest?.version ?? null, added: false, fourEyes });
		const version = await gates.add(tx, projectId, { gate: input.gate, createdBy: actor.userId });
		await record(tx, actor, { action: 'gate.put', projectId, subject: ['project', projectId], details: { version, ...input.gate } });
		return ok({ version, added: true, fourEyes });
	});
}
