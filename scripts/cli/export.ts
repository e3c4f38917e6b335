import type { Command } from 'commander';
import { EXPORT_FORMATS } from '#lib/domain/snapshot-export/formats.ts';
import { download } from './download.ts';
import { size } from './speaker.ts';
import { oneOf, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

const SPLITS = ['train', 'dev', 'test'] as const;

/** `plumbline export` */
export function addExport(program: Command, surroundings: Surroundings): void {
	program
		.command('export')
		.summary('take a snapshot out in a trainer’s format')
		.description('Writes the rows of a snapshot. The file appears under its name only when it is whole. A format that has no words for one of the rows refuses the snapshot (exit code 1); no row is dropped.')
		.argument('<snapshot>', 'id of the snapshot')
		.option('--format <format>', EXPORT_FORMATS.join(', '), oneOf(EXPORT_FORMATS, 'format'), 'ms-swift')
		.option('--split <split>', SPLITS.join(', '), oneOf(SPLITS, 'split'), 'train')
		.option('-o, --output <path>', 'file, folder (takes the server’s name, which holds the manifest’s hash), or - for standard output', '.')
		.addHelpText('after', `
Examples:
  npx plumbline export $SNAPSHOT --format trl -o train.jsonl
  npx plumbline export $SNAPSHOT --format hf                 train, dev and test in one zip
  npx plumbline export $SNAPSHOT -o - | head -1 | jq .       ms-swift's rows`)
		.action(async (id: string, { format, split, output }: { format: string; split: string; output: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const response = await (await tools.api()).open(`/snapshots/${segment(id)}/data?format=${format}&split=${split}`);
			const done = await download(tools, response, output);
			if (output !== '-') tools.speaker.result({ ...done, format, split: format === 'hf' ? null : split }, [`${done.path}  ${size(done.bytes)}`, `sha256 ${done.sha256}`]);
		});
}
