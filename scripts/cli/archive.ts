import type { Command } from 'commander';
import { PEOPLE } from '#lib/domain/archive-manifest.ts';
import { download } from './download.ts';
import { size } from './speaker.ts';
import { oneOf, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';
import { bodyOf, fileAt } from './upload.ts';

type Imported = { id: string; slug: string; rows: number; artifacts: number; sha256: string; listsLeft: boolean };

/** `plumbline archive` */
export function addArchive(program: Command, surroundings: Surroundings): void {
	const archive = program.command('archive').summary('a project’s whole record, out and in').description('The record of a project as one zip: JSON Lines a table, the files it cites, and a manifest with every hash. What is in it: docs/archive.md.');

	archive
		.command('export')
		.summary('take the whole record of a project (owners)')
		.argument('<project>')
		.option('--people <how>', `${PEOPLE.join(' or ')}: how people are named`, oneOf(PEOPLE, 'way to name people'), 'pseudonym')
		.option('--weights', 'with the files of trained checkpoints')
		.option('-o, --output <path>', 'file, folder, or - for standard output', '.')
		.addHelpText('after', `
Example:
  npx plumbline archive export tenancy --people email -o backup/`)
		.action(async (project: string, { people, weights = false, output }: { people: string; weights?: boolean; output: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const response = await (await tools.api()).open(`/projects/${segment(project)}/archive?people=${people}&weights=${weights}`);
			const done = await download(tools, response, output);
			if (output !== '-') tools.speaker.result({ ...done, people, weights }, [`${done.path}  ${size(done.bytes)}`, `sha256 ${done.sha256}`]);
		});

	archive
		.command('import')
		.summary('make a project out of an archive (administrators)')
		.argument('<file>', 'path, or - for standard input')
		.option('--slug <slug>', 'another name for it, where its own is taken')
		.action(async (file: string, { slug }: { slug?: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const api = await tools.api();
			const made = await api.upload<Imported>(`/archives${slug ? `?slug=${segment(slug)}` : ''}`, bodyOf(file === '-' ? '-' : await fileAt(file), tools), 'application/zip');
			tools.speaker.result(made, [`Made ${made.slug}: ${made.rows} rows, ${made.artifacts} files, each as its hash says.`, `manifest ${made.sha256}`, ...(made.listsLeft ? ['The words, patterns and exceptions that it hides stayed on the server that it came from. Its owner sets them anew (PUT /projects/{slug}/desensitisation); nothing goes in or out until then.'] : [])]);
		});
}
