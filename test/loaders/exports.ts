import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportFormat } from '#lib/domain/snapshot-export/formats.ts';
import { EXPORT_FORMATS } from '#lib/domain/snapshot-export/formats.ts';
import type { TrainingRow } from '#lib/domain/training-row.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** What a text may hold that a reader of lines, cells or templates could trip over. */
const HOSTILE = '=1+1 "q", <image> <|im_start|> \u2028 \u0085 \u00e9 中文 🙂\r\n\ttab';

/** `turns`: DPO pairs of one turn beside pairs of several. */
export type ExportedSet = 'dpo' | 'kto' | 'turns';
export type Exports = { /** `<set>/<split>.<format>`, as the API sends them. */ dir: string; /** Rows of a train split as ms-swift gets them: what every consumer must end up with. */ rows: Record<ExportedSet, TrainingRow[]>; remove: () => Promise<void> };

/** Which formats have no words for a set. */
const WITHOUT: Record<ExportedSet, readonly ExportFormat[]> = { dpo: [], kto: ['openai', 'together'], turns: ['openai', 'together', 'llama-factory'] };

async function writeSet(world: World, dir: string, slug: string, set: ExportedSet): Promise<TrainingRow[]> {
	const { id } = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: set === 'kto' ? 'kto' : 'dpo' }));
	await mkdir(join(dir, set));
	for (const format of EXPORT_FORMATS.filter((one) => !WITHOUT[set].includes(one))) {
		const { stream } = valueOf(await exportSnapshot(world.app, world.admin, { id, split: 'train', format }));
		await pipeline(stream, createWriteStream(join(dir, set, `train.${format}`)));
	}
	return (await readFile(join(dir, set, 'train.ms-swift'), 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as TrainingRow);
}

/** Every format of a DPO and a KTO snapshot of one judged project, and of a DPO snapshot of another whose answers have one turn or several, as files. */
export async function writeExports(): Promise<Exports> {
	const world = await createWorld();
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-exports-'));
	try {
		const { slug } = await seededProject(world, { overlap: 1, seed: 'loaders', systemPrompt: `Careful. ${HOSTILE}` });
		const turns = { messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: `Hello. ${HOSTILE}` }, { role: 'user', content: 'Question number 40?' }], responses: ['A careful answer to 40.', 'A vague answer to 40.'] };
		valueOf(await world.importRows(slug, [...questions(40), turns]));
		await judgeAll(world, slug, await world.person('judge', { slug, role: 'annotator' }), () => 'careful');
		const talks = await seededProject(world, { overlap: 1, seed: 'loaders-turns' });
		const several = Array.from({ length: 10 }, (_, i) => ({ prompt: `Question number ${40 + i}?`, responses: [[{ role: 'assistant', content: `A careful answer. ${HOSTILE}` }, { role: 'user', content: 'And then?' }, { role: 'assistant', content: 'Ask in writing.' }], `A vague answer to ${40 + i}.`] }));
		valueOf(await world.importRows(talks.slug, [...questions(40), ...several]));
		await judgeAll(world, talks.slug, await world.person('listener', { slug: talks.slug, role: 'annotator' }), () => 'careful');
		const rows = { dpo: await writeSet(world, dir, slug, 'dpo'), kto: await writeSet(world, dir, slug, 'kto'), turns: await writeSet(world, dir, talks.slug, 'turns') };
		return { dir, rows, remove: () => rm(dir, { recursive: true, force: true }) };
	} catch (error) {
		await rm(dir, { recursive: true, force: true });
		throw error;
	} finally {
		await world.close();
	}
}
