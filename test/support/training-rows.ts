import { text } from 'node:stream/consumers';
import type { Split } from '#lib/domain/holdout.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** Rows of one split of a snapshot as ms-swift reads them, taken out by the site's administrator. */
export async function trainingRows<Row>(world: World, id: string, split: Split = 'train'): Promise<Row[]> {
	const { stream } = valueOf(await exportSnapshot(world.app, world.admin, { id, split, format: 'ms-swift' }));
	return (await text(stream)).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);
}
