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

/** What a text may hold that a reader of lines, cells or templates could trip over. */
const HOSTILE = '=1+1 "q", <image> <|im_start|> \u2028 \u0085 \u00e9 中文 🙂\r\n\ttab';

export type Exports = { /** `<objective>/<split>.<format>`, as the API sends them. */ dir: string; /** Frozen rows of a train split: what every consumer must end up with. */ rows: Record<'dpo' | 'kto', TrainingRow[]>; remove: () => Promise<void> };

/** Every format of a DPO and a KTO snapshot of one judged project, as files. */
export async function writeExports(): Promise<Exports> {
	const world = await createWorld();
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-exports-'));
	try {
		const { slug } = await seededProject(world, { overlap: 1, seed: 'loaders', systemPrompt: `Careful. ${HOSTILE}` });
		const turns = { messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: `Hello. ${HOSTILE}` }, { role: 'user', content: 'Question number 40?' }], responses: ['A careful answer to 40.', 'A vague answer to 40.'] };
		valueOf(await world.importRows(slug, [...questions(40), turns]));
		await judgeAll(world, slug, await world.person('judge', { slug, role: 'annotator' }), () => 'careful');
		const rows: Partial<Exports['rows']> = {};
		for (const objective of ['dpo', 'kto'] as const) {
			const { id } = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective }));
			await mkdir(join(dir, objective));
			const formats = EXPORT_FORMATS.filter((format) => objective === 'dpo' || (format !== 'openai' && format !== 'together'));
			for (const format of formats) {
				const { stream } = valueOf(await exportSnapshot(world.app, world.admin, { id, split: 'train', format: format as ExportFormat }));
				await pipeline(stream, createWriteStream(join(dir, objective, `train.${format}`)));
			}
			rows[objective] = (await readFile(join(dir, objective, 'train.ms-swift'), 'utf8')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as TrainingRow);
		}
		return { dir, rows: rows as Exports['rows'], remove: () => rm(dir, { recursive: true, force: true }) };
	} catch (error) {
		await rm(dir, { recursive: true, force: true });
		throw error;
	} finally {
		await world.close();
	}
}
