import { seesImages } from '#lib/domain/memory/model-shape.ts';
import { problem } from '../problem.ts';
import { readSettings } from './model-folder.ts';

/** Why rows with images cannot be trained on this base: one that reads text alone would take `<image>` for a word, and nothing would say so. Null when it can. */
export async function refuseImages(folder: string): Promise<ReturnType<typeof problem> | null> {
	const config = await readSettings(folder, 'config.json');
	if (config.ok && seesImages(config.value)) return null;
	return problem('base_reads_text', 'The rows hold images, and the base model reads text only.', 'Take a base model that reads images, such as Qwen2.5-VL, or freeze a snapshot without these questions.');
}
