import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { paperWorker, playOnPaper, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

it('a checkpoint and its ancestors say how far they have moved on held-out answers, the base that it has not', async () => {
	const { slug } = await world.project({ rows: pairRows(60) });
	// Made-up figures: both answers of each pair move by one nat over nine tokens, one up and one down.
	const id = await playOnPaper(world, await queuedRun(world, slug), await paperWorker(world));
	const { lineage, evaluation } = valueOf(await readCheckpoint(world.app, world.admin, id));
	expect(lineage.map(({ kind, drift }) => [kind, drift?.fromBase.value ?? null])).toEqual([['adapter', expect.closeTo(1 / 9)], ['base', null]]);
	// DPO is held to where it began: here the base.
	expect(lineage.map(({ reference }) => reference)).toEqual([{ id: lineage[1]?.id, name: lineage[1]?.name }, null]);
	const pairs = evaluation?.results?.checkpoint.pairs ?? 0;
	expect(pairs).toBeGreaterThan(0);
	expect(evaluation?.results?.drift?.fromParent).toMatchObject({ value: expect.closeTo(1 / 9), n: 2 * pairs, groups: pairs });
});
