import { randomUUID } from 'node:crypto';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import type { Ground } from './api-walk.ts';
import { pairRows, valueOf } from './world.ts';

/** A dry run that waits to be taken. */
export async function scannedImport({ world, slug }: Ground): Promise<string> {
	return valueOf(await world.importRows(slug, pairRows(1, randomUUID()), { dryRun: true })).id;
}

/** Two questions of the ground as a worker finds them nearly alike. */
export async function nearPair({ world, slug, id }: Ground): Promise<string> {
	const { id: importId } = valueOf(await world.importRows(slug, pairRows(2, randomUUID())));
	const made = await world.query<{ id: string }>(`insert into near_duplicates (project_id, prompt_id, like_id, estimate, jaccard, algorithm, threshold)
		select '${id}', min(id::text)::uuid, max(id::text)::uuid, 0.9, 0.9, 'walk', 0.6 from prompts where import_id = '${importId}' returning id`);
	return made[0]?.id ?? '';
}

/** Telephone numbers become placeholders, and what stood there is kept encrypted. */
export const HIDES_NUMBERS = { ...OFF, actions: { phone: 'placeholder' as const }, originals: 'encrypt' as const, onExport: 'allow' as const };

/** A rule that the project has saved; its name asks something of an address. */
export async function newRule({ world, slug }: Ground): Promise<string> {
	return valueOf(await putSnapshotRule(world.app, world.admin, { slug, name: 'Strict / 严格', objective: 'dpo' })).name;
}

/** Lets the ground’s project hide them. */
export const hideNumbers = async ({ world, slug }: Ground) => void valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: HIDES_NUMBERS }));

/** Something that was hidden in a row of an import. */
export async function finding(ground: Ground): Promise<string> {
	await hideNumbers(ground);
	const { id } = valueOf(await ground.world.importRows(ground.slug, [{ prompt: `Call 13800138000 about ${randomUUID()}?`, chosen: 'a', rejected: 'b' }]));
	return (await ground.world.query<{ id: string }>(`select id from findings where import_id = '${id}'`))[0]?.id ?? '';
}
