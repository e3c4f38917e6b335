import { sql } from 'drizzle-orm';
import type { Actor } from '#lib/server/auth/actor.ts';
import { judgeAll, questions } from './judged-project.ts';
import { paperWorker, trainedCheckpoint } from './loop.ts';
import { pairRows, valueOf } from './world.ts';
import type { World } from './world.ts';

/** A project with a checkpoint, and enough that two people have judged of questions no training saw, to calibrate a suite's judge by. */
export async function suiteProject(world: World): Promise<{ slug: string; id: string; workerId: string; owner: Actor; checkpointId: string }> {
	const workerId = await paperWorker(world);
	const { slug, id } = await world.project({ overlap: 2 });
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.2, "dev": 0.4, "test": 0.4}' where id = ${id}`);
	valueOf(await world.importRows(slug, questions(80)));
	valueOf(await world.importRows(slug, pairRows(30)));
	const owner = await world.person('owner', { slug, role: 'owner' });
	// They mostly agree: careful answers are the better ones, but for every seventh in the eyes of one of them.
	await judgeAll(world, slug, await world.person('ana', { slug, role: 'annotator' }), () => 'careful');
	await judgeAll(world, slug, await world.person('ben', { slug, role: 'annotator' }), (question) => (question % 7 === 0 ? 'vague' : 'careful'));
	const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
	return { slug, id, workerId, owner, checkpointId };
}
