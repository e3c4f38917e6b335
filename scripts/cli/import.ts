import { basename } from 'node:path';
import type { Command } from 'commander';
import { COLUMN_ROLES } from '#lib/domain/import-shapes/column-mapping.ts';
import type { ColumnMapping, SaidMapping } from '#lib/domain/import-shapes/column-mapping.ts';
import { betweenCells } from '#lib/domain/import-shapes/looks-like-table.ts';
import { SHAPES } from '#lib/domain/import-shapes/shape.ts';
import type { ShapeName } from '#lib/domain/import-shapes/shape.ts';
import { IN_PIECES_FROM_BYTES } from '#lib/domain/upload.ts';
import type { Api } from './api.ts';
import { download } from './download.ts';
import { Ending, misused, refused } from './ending.ts';
import { sendInPieces } from './pieces.ts';
import { columns } from './speaker.ts';
import type { Speaker } from './speaker.ts';
import { collect, oneOf, readSpan, segment, toolsFor } from './tools.ts';
import type { Surroundings, Tools } from './tools.ts';
import { bodyOf, fileAt } from './upload.ts';
import { until } from './waiting.ts';

type RowError = { line: number; field: string | null; message: string };
type Import = {
	id: string;
	status: string;
	accepted: number;
	duplicates: number;
	rejected: number;
	rows?: number;
	message?: string | null;
	fileName?: string | null;
	createdAt?: string;
	found?: { packed: string | null; format: string; encoding: string | null; delimiter: string | null; shape?: string; mapping?: SaidMapping | null; columns?: (string | null)[] | null; unread?: string[] | null; ignored?: Record<string, number> } | null;
	errors?: RowError[];
	sample?: { prompt: { content: unknown }[] }[];
};
type Options = { format?: string; encoding?: string; delimiter?: string; shape?: ShapeName; map?: string[]; accepted?: boolean; skipBad?: boolean; dryRun?: boolean; name?: string; from?: string; timeout?: number };

const SHOWN_ERRORS = 10;
const ENDED = ['scanned', 'published', 'refused', 'failed', 'discarded', 'undone'];

function errorLines(errors: readonly RowError[], rejected: number, id: string): string[] {
	const lines = errors.slice(0, SHOWN_ERRORS).map(({ line, field, message }) => `  line ${line}${field ? `, ${field}` : ''}: ${message}`);
	return rejected > lines.length ? [...lines, `  All ${rejected}: npx plumbline import errors ${id}`] : lines;
}

/** What is said where lines that were taken for text look like a table’s. */
function tableLike({ found, sample = [] }: Import): string[] {
	const sign = found?.format === 'txt' ? betweenCells(sample.map(({ prompt }) => prompt.map(({ content }) => String(content)).join(''))) : null;
	return sign === null ? [] : [`  note       each line is one question, and every one holds ${JSON.stringify(sign)} equally often: of a table say --format csv --delimiter ${JSON.stringify(sign)}`];
}

/** How the rows were understood, in words that `--shape` and `--map` take. */
function understood({ shape, mapping, unread }: NonNullable<Import['found']>): string[] {
	// One whose name is hidden is told by its place.
	const roles = Object.entries(mapping ?? {}).map(([role, column]) => `${role}=${typeof column === 'number' ? `(column ${column})` : String(column)}`);
	const how = shape === 'columns' ? [`  columns    ${roles.join(', ') || 'none is known'}`] : shape ? [`  rows       ${shape}`] : [];
	return [...how, ...(unread && unread.length > 0 ? [`  not read   ${unread.join(', ')}`] : [])];
}

/** What rows say otherwise than their questions, which are here already or stand earlier in the file. */
function ignoredLines({ ignored = {} }: NonNullable<Import['found']>): string[] {
	const fields = Object.entries(ignored).map(([field, rows]) => `${field} of ${rows} ${rows === 1 ? 'row' : 'rows'}`);
	return fields.length > 0 ? [`  not taken  ${fields.join(', ')}: the question was here before, with other ones`] : [];
}

/** Which column is what, as `--map role=column` says it several times. */
function mappingOf(given: readonly string[] | undefined): ColumnMapping | undefined {
	if (given === undefined) return undefined;
	return Object.fromEntries(
		given.map((word) => {
			const at = word.indexOf('=');
			const role = COLUMN_ROLES.find((one) => one === word.slice(0, at));
			if (role === undefined || at === word.length - 1) throw misused(`“${word}” maps nothing. Write role=column, for example --map prompt=Question; roles are ${COLUMN_ROLES.join(', ')}.`);
			return [role, word.slice(at + 1)];
		})
	);
}

/** What was said of how the file is to be read. */
function saidOf({ format, encoding, delimiter, shape, map, accepted }: Options) {
	const mapping = mappingOf(map);
	return { ...(format ? { format } : {}), ...(encoding ? { encoding } : {}), ...(delimiter ? { delimiter: separator(delimiter) } : {}), ...(shape ? { shape } : {}), ...(mapping ? { mapping } : {}), ...(accepted ? { accepted } : {}) };
}

function report(speaker: Speaker, done: Import): void {
	const { id, status, accepted, duplicates, rejected, found, errors = [] } = done;
	const read = found ? [`  read as    ${[found.format, found.encoding, found.packed].filter(Boolean).join(', ')}`, ...understood(found), ...ignoredLines(found), ...tableLike(done)] : [];
	const counts = [`  accepted   ${accepted}`, `  known      ${duplicates}`, `  rejected   ${rejected}`, ...errorLines(errors, rejected, id)];
	if (status === 'scanned') speaker.result(done, ['Nothing was taken yet. What would come of the file:', ...read, ...counts, `Take it within a day: npx plumbline import publish ${id}${rejected > 0 ? ' --skip-bad' : ''}`]);
	else speaker.result(done, [`Import ${id} is ${status}.`, ...read, ...counts]);
}

/** Follows an import that the server goes on with after the file arrived. */
async function untilEnded(api: Api, speaker: Speaker, id: string, timeout: number | null): Promise<Import> {
	const done = await until<Import>(speaker, { timeout, every: 1000 }, async () => {
		const seen = await api.get<Import>(`/imports/${segment(id)}`);
		return ENDED.includes(seen.status) ? { value: seen } : { waiting: `Reading, ${seen.rows ?? 0} rows so far`, state: seen.status };
	});
	if (done.status === 'refused' || done.status === 'failed') {
		for (const line of errorLines(done.errors ?? [], done.rejected, id)) speaker.note(line);
		throw refused(done.message ?? `The import ${done.status}.`, { code: `import_${done.status}`, ...done });
	}
	return done;
}

/** Has a worker bring in a file of a folder, bucket or data set that is offered to the project, by the source's name. */
async function sendFrom(project: string, path: string, from: string, options: Options, tools: Tools): Promise<void> {
	const { speaker } = tools;
	const api = await tools.api();
	const at = `/projects/${segment(project)}/import-sources`;
	const { sources } = await api.get<{ sources: { id: string; name: string }[] }>(at);
	const source = sources.find(({ name }) => name === from);
	if (!source) throw refused(`No source “${from}” is offered to this project.${sources.length > 0 ? ` It has: ${sources.map(({ name }) => name).join(', ')}.` : ' The site’s administrator offers them.'}`, { code: 'not_found' });
	const { skipBad = false, dryRun = false } = options;
	const { imports } = await api.send<{ imports: { id: string }[] }>('POST', `${at}/${source.id}/imports`, { paths: [path], skipBad, dryRun, ...saidOf(options) });
	report(speaker, await untilEnded(api, speaker, imports[0]?.id ?? '', options.timeout ?? null));
}

/** A separator as a shell can say it: `\t`, or a sign’s number as JSON writes it, `\u0001`. */
const separator = (given: string) => (given === '\\t' ? '\t' : given.replace(/^\\u([0-9a-f]{4})$/iu, (_, number: string) => String.fromCharCode(Number.parseInt(number, 16))));

/** Has a file that arrived in pieces read; where an earlier command had that done already, follows the import that reads it. */
async function readUpload(api: Api, speaker: Speaker, at: string, timeout: number | null): Promise<Import> {
	try {
		return await api.send<Import>('POST', at);
	} catch (error) {
		if (error instanceof Ending && error.facts['status'] === 409 && typeof error.facts['id'] === 'string') return untilEnded(api, speaker, error.facts['id'], timeout);
		throw error;
	}
}

async function send(project: string, path: string, options: Options, tools: Tools): Promise<void> {
	const { speaker } = tools;
	const api = await tools.api();
	const name = options.name ?? (path === '-' ? undefined : basename(path));
	const { mapping, accepted, ...said } = saidOf(options);
	const query = new URLSearchParams({
		...said,
		...(accepted ? { accepted: 'true' } : {}),
		...(mapping ? { mapping: JSON.stringify(mapping) } : {}),
		...(options.skipBad ? { skipBad: 'true' } : {}),
		...(options.dryRun ? { dryRun: 'true' } : {}),
		...(name ? { fileName: name } : {})
	});
	const file = path === '-' ? null : await fileAt(path);
	const at = `/projects/${segment(project)}/imports?${query.toString()}`;
	const timeout = options.timeout ?? null;
	const answer =
		file && file.bytes >= IN_PIECES_FROM_BYTES
			? await readUpload(api, speaker, `${at}&upload=${await sendInPieces(api, project, { ...file, name }, tools)}`, timeout)
			: await api.upload<Import>(at, bodyOf(file ?? '-', tools), 'application/octet-stream');
	report(speaker, ENDED.includes(answer.status) ? answer : await untilEnded(api, speaker, answer.id, timeout));
}

/** `plumbline import` */
export function addImport(program: Command, surroundings: Surroundings): void {
	const imports = program
		.command('import')
		.summary('bring prompts, answers and preferences in')
		.usage('[options] <project> <file>')
		.description('Brings a file in. What it is (JSON Lines, JSON, CSV or TSV, Parquet, plain lines, each also in gzip or zip) is told by its content. A bad row refuses the whole file, unless --skip-bad; the same file twice adds nothing.')
		.addHelpText('after', `
Examples:
  npx plumbline import tenancy pairs.jsonl
  npx plumbline import tenancy pairs.csv --dry-run          what would come of it
  npx plumbline import publish 0198f2…                      take what the dry run showed
  npx plumbline import tenancy judged.csv --map prompt=Question --map answerA="Answer 1" --map answerB="Answer 2" --map verdict=Better
  zcat big.jsonl.gz | npx plumbline import tenancy - --skip-bad
  npx plumbline import tenancy --from Exports 2024/pairs.jsonl   of a folder, bucket or data set of the server’s

A file that is large goes in pieces: after a broken line or Ctrl-C the same command goes on where it was, within a day.
Options of the import itself: npx plumbline import add --help. Rows: docs/api.md.
Exit code 1 when the file was refused; each bad row is named by line and field.`);

	imports
		.command('add', { isDefault: true })
		.summary('bring a file in (the word may be left out)')
		.argument('<project>')
		.argument('<file>', 'path, or - for standard input; with --from the path within the source')
		.option('--from <source>', 'a folder, bucket or data set that the administrator offers to the project, by its name')
		.option('--format <format>', 'what the file is, where its content does not tell')
		.option('--encoding <encoding>', 'its encoding, where its bytes do not tell')
		.option('--delimiter <sign>', 'the one sign that stands between its columns, where they do not tell; also \\t or \\u0001')
		.option('--shape <shape>', 'whose form its rows have, where they do not tell', oneOf(SHAPES, 'form of rows'))
		.option('--map <role=column>', 'which column of a table is what (several times): prompt=Question', collect)
		.option('--accepted', 'answers alone without a label are good: whoever wrote them stands by them')
		.option('--name <name>', 'the name it is remembered by')
		.option('--skip-bad', 'leave out rows that cannot be taken')
		.option('--dry-run', 'say what would come of it and take nothing')
		.option('--timeout <span>', 'wait so long for a large file to be read', readSpan)
		.action((project: string, path: string, options: Options, command: Command) => (options.from === undefined ? send(project, path, options, toolsFor(surroundings, command)) : sendFrom(project, path, options.from, options, toolsFor(surroundings, command))));

	imports
		.command('list')
		.summary('newest imports of a project')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { imports: all } = await (await api()).get<{ imports: Import[] }>(`/projects/${segment(project)}/imports`);
			speaker.result({ imports: all }, columns(all.map(({ id, status, accepted, duplicates, rejected, fileName }) => [id, status, `${accepted} accepted`, `${duplicates} known`, `${rejected} rejected`, fileName])));
		});

	imports
		.command('show')
		.summary('how an import is, or how it ended')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			report(speaker, await (await api()).get<Import>(`/imports/${segment(id)}`));
		});

	imports
		.command('publish')
		.summary('take the rows of a dry run')
		.argument('<id>')
		.option('--skip-bad', 'also where some rows cannot be taken')
		.action(async (id: string, { skipBad = false }: { skipBad?: boolean }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const taken = await (await api()).send<Omit<Import, 'status'>>('POST', `/imports/${segment(id)}/publish?skipBad=${skipBad}`);
			report(speaker, { ...taken, status: 'published' });
		});

	imports
		.command('discard')
		.summary('let the rows of a dry run go, or undo an import that was taken')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const gone = await (await api()).send<{ discarded: true } | { undone: true; prompts: number; comparisons: number; judgments: number }>('DELETE', `/imports/${segment(id)}`);
			speaker.result({ id, ...gone }, 'discarded' in gone ? [`Let ${id} go.`] : [`Undid ${id}. What it made is gone:`, `  questions    ${gone.prompts}`, `  comparisons  ${gone.comparisons}`, `  judgments    ${gone.judgments}`]);
		});

	imports
		.command('errors')
		.summary('every row that could not be taken, as JSON Lines')
		.argument('<id>')
		.option('-o, --output <file>', 'where to; - is standard output', '-')
		.action(async (id: string, { output }: { output: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			await download(tools, await (await tools.api()).open(`/imports/${segment(id)}/errors`), output);
		});
}
