import { OUT_OF_REACH, reachWaitSeconds } from '../../domain/out-of-reach.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as lostWork from '../db/lost-work.ts';
import type { Work } from '../db/lost-work.ts';
import { enqueueGeneration } from './enqueue-generation.ts';

/** Why it waits, for who looks meanwhile. */
const AWAY: RunProblem = { code: OUT_OF_REACH, message: 'The database or the artifact store could not be reached, or a disk has no room.', hint: 'It is tried again by itself; look at them if that lasts.' };

type Send = (app: Pick<App, 'enqueue'>, tx: Tx, id: string, startAfterSeconds: number) => Promise<void>;
const KINDS: Record<'evaluation' | 'generation' | 'export', { table: Work; send: Send }> = {
	evaluation: { table: 'evaluations', send: (app, tx, evaluationId, startAfterSeconds) => app.enqueue(tx, 'evaluate', { evaluationId }, { startAfterSeconds }) },
	generation: { table: 'generations', send: (app, tx, id, startAfterSeconds) => enqueueGeneration(app, tx, id, { startAfterSeconds }) },
	export: { table: 'checkpoint_exports', send: (app, tx, exportId, startAfterSeconds) => app.enqueue(tx, 'export', { exportId }, { startAfterSeconds }) }
};

/**
 * Puts an evaluation, generation or export back in line whose attempt met a database or artifact store out of reach. It is
 * tried again after a while, longer each time in a row, for as long as the outage lasts: the worker is free meanwhile, and
 * nobody has to start it again.
 * @param why what was out of reach, where that is known; by its code the times in a row are counted
 */
export async function putOffWork(app: Pick<App, 'db' | 'enqueue'>, kind: keyof typeof KINDS, of: { id: string; attempt: number; projectId: string }, why: RunProblem = AWAY): Promise<void> {
	const { table, send } = KINDS[kind];
	await app.db.transaction(async (tx) => {
		const waits = await lostWork.putOff(tx, table, of, why);
		if (waits === null) return;
		await send(app, tx, of.id, reachWaitSeconds(waits - 1));
		await record(tx, null, { action: `${kind}.put_off`, projectId: of.projectId, subject: [kind, of.id], details: { attempt: of.attempt, waits, code: why.code } });
	});
}
