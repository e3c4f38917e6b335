import type { Command } from 'commander';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import type { Api } from './api.ts';
import { download } from './download.ts';
import { columns } from './speaker.ts';
import { collect, oneOf, readJson, segment, toolsFor, wholeNumber } from './tools.ts';
import type { Surroundings } from './tools.ts';

/** What is read of a snapshot. */
export type Snapshot = { id: string; sha256: string; objective?: string; round?: number; rows: { train: number; dev: number; test: number }; used: number; dropped: Record<string, number>; stale?: number; createdAt?: string };

/** What `snapshot create` and `round play` take. */
export type FreezeOptions = { objective: DatasetObjective; rule?: string; round?: string[]; includeImports?: boolean; rewrites?: boolean; maxChars?: number };

/** The options that say what a snapshot takes. */
export function freezeOptions(command: Command): Command {
	return command
		.option('--objective <objective>', DATASET_OBJECTIVES.join(', '), oneOf(DATASET_OBJECTIVES, 'objective'), 'dpo')
		.option('--round <number>', 'a round to take judgments from (several times; default: this round)', collect)
		.option('--rule <file>', 'JSON file with the rule, as the API takes it; the options below go over it')
		.option('--include-imports', 'take preferences that imports stated, too')
		.option('--no-rewrites', 'leave out rows made of rewrites')
		.option('--max-chars <n>', 'leave out longer conversations', wholeNumber(1));
}

/** Freezes a snapshot. */
export async function freeze(api: Api, project: string, { objective, round, rule, includeImports, rewrites, maxChars }: FreezeOptions): Promise<Snapshot> {
	const written = rule === undefined ? {} : await readJson(rule);
	return api.send<Snapshot>('POST', `/projects/${segment(project)}/snapshots`, {
		objective,
		...(round ? { rounds: round.map(wholeNumber(1)) } : {}),
		rule: { ...written, ...(includeImports ? { includeImports } : {}), ...(rewrites === false ? { includeRewrites: false } : {}), ...(maxChars === undefined ? {} : { maxChars }) }
	});
}

/** A snapshot's counts as lines. */
export function snapshotLines({ id, sha256, rows, used, dropped, stale = 0 }: Snapshot): string[] {
	const reasons = Object.entries(dropped).filter(([, n]) => n > 0).map(([reason, n]) => `${n} ${reason}`);
	return [
		`Snapshot ${id}`,
		`  manifest   ${sha256}`,
		`  rows       ${rows.train} train, ${rows.dev} dev, ${rows.test} test`,
		`  judgments  ${used} used${reasons.length > 0 ? `; dropped: ${reasons.join(', ')}` : ''}`,
		...(stale > 0 ? [`  stale      ${stale} judgments changed since it was frozen`] : [])
	];
}

/** `plumbline snapshot` */
export function addSnapshot(program: Command, surroundings: Surroundings): void {
	const snapshot = program.command('snapshot').summary('freeze judgments into a dataset').description('Immutable preference datasets with a manifest: which judgments became rows, which were dropped and why. The same inputs give the same hash on any server.');

	freezeOptions(snapshot.command('create').summary('freeze the judgments of a project').argument('<project>'))
		.addHelpText('after', `
Examples:
  npx plumbline snapshot create tenancy --objective dpo
  SNAPSHOT=$(npx plumbline snapshot create tenancy --round 1 --round 2 --json | jq -r .id)`)
		.action(async (project: string, options: FreezeOptions, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const made = await freeze(await api(), project, options);
			speaker.result(made, snapshotLines(made));
		});

	snapshot
		.command('list')
		.summary('snapshots of a project, newest first')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { snapshots } = await (await api()).get<{ snapshots: Snapshot[] }>(`/projects/${segment(project)}/snapshots`);
			speaker.result({ snapshots }, columns(snapshots.map(({ id, objective, round, rows, createdAt }) => [id, objective, `round ${round ?? '–'}`, `${rows.train} + ${rows.dev} + ${rows.test} rows`, createdAt])));
		});

	snapshot
		.command('show')
		.summary('one snapshot')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const one = await (await api()).get<Snapshot>(`/snapshots/${segment(id)}`);
			speaker.result(one, snapshotLines(one));
		});

	snapshot
		.command('manifest')
		.summary('the manifest, byte for byte as it was hashed')
		.argument('<id>')
		.option('-o, --output <file>', 'where to; - is standard output', '-')
		.action(async (id: string, { output }: { output: string }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			await download(tools, await (await tools.api()).open(`/snapshots/${segment(id)}/manifest`), output);
		});
}
