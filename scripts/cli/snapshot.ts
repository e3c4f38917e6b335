import type { Command } from 'commander';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import type { Api } from './api.ts';
import { download } from './download.ts';
import { misused } from './ending.ts';
import { addSnapshotRules } from './snapshot-rules.ts';
import { columns } from './speaker.ts';
import { collect, oneOf, readJson, segment, toolsFor, wholeNumber } from './tools.ts';
import type { Surroundings } from './tools.ts';

/** What is read of a snapshot. */
export type Snapshot = { id: string; sha256: string; objective?: string; round?: number; rows: { train: number; dev: number; test: number }; used: number; dropped: Record<string, number>; stale?: number; createdAt?: string };

/** What `snapshot create` and `round play` take. */
export type FreezeOptions = { objective?: DatasetObjective; rule?: string; rules?: string; rulesVersion?: number; round?: string[]; includeImports?: boolean; rewrites?: boolean; maxChars?: number };

/** The options that say what a snapshot takes. */
export function freezeOptions(command: Command): Command {
	return command
		.option('--objective <objective>', `${DATASET_OBJECTIVES.join(', ')} (default: the saved rule’s, else dpo)`, oneOf(DATASET_OBJECTIVES, 'objective'))
		.option('--round <number>', 'a round to take judgments from (several times; default: this round)', collect)
		.option('--rules <name>', 'a rule that the project has saved, whole: none of the options below goes with it')
		.option('--rules-version <n>', 'its version (default: the newest)', wholeNumber(1))
		.option('--rule <file>', 'JSON file with the rule, as the API takes it; the options below go over it')
		.option('--include-imports', 'take preferences that imports stated, too')
		.option('--no-rewrites', 'leave out rows made of rewrites')
		.option('--max-chars <n>', 'leave out longer conversations', wholeNumber(1));
}

/** Freezes a snapshot. @throws Ending where a saved rule comes with settings of its own */
export async function freeze(api: Api, project: string, { objective, round, rule, rules, rulesVersion, includeImports, rewrites, maxChars }: FreezeOptions): Promise<Snapshot> {
	const path = `/projects/${segment(project)}/snapshots`;
	const rounds = round ? { rounds: round.map(wholeNumber(1)) } : {};
	if (rules === undefined && rulesVersion !== undefined) throw misused('--rules-version goes with --rules.');
	if (rules !== undefined) {
		if (rule !== undefined || includeImports || rewrites === false || maxChars !== undefined) throw misused('--rules takes a saved rule whole: leave out --rule, --include-imports, --no-rewrites and --max-chars.');
		return api.send<Snapshot>('POST', path, { ...(objective ? { objective } : {}), ...rounds, saved: { name: rules, ...(rulesVersion === undefined ? {} : { version: rulesVersion }) } });
	}
	const written = rule === undefined ? {} : await readJson(rule);
	return api.send<Snapshot>('POST', path, {
		objective: objective ?? 'dpo',
		...rounds,
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
  npx plumbline snapshot create tenancy --rules 'As agreed' --rules-version 2
  SNAPSHOT=$(npx plumbline snapshot create tenancy --round 1 --round 2 --json | jq -r .id)`)
		.action(async (project: string, options: FreezeOptions, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const made = await freeze(await api(), project, options);
			speaker.result(made, snapshotLines(made));
		});

	addSnapshotRules(snapshot, surroundings);

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
