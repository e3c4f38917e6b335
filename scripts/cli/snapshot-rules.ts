import type { Command } from 'commander';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import { columns } from './speaker.ts';
import { oneOf, readJson, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';

type SavedRule = { name: string; version: number; objective: string; createdBy: string | null; createdAt: string };

/** `plumbline snapshot rules` and `plumbline snapshot save-rule` */
export function addSnapshotRules(snapshot: Command, surroundings: Surroundings): void {
	snapshot
		.command('rules')
		.summary('rules that a project has saved')
		.argument('<project>')
		.argument('[name]', 'all versions of this one')
		.action(async (project: string, name: string | undefined, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const path = `/projects/${segment(project)}/snapshot-rules`;
			const server = await api();
			const rules = name === undefined ? (await server.get<{ rules: SavedRule[] }>(path)).rules : (await server.get<{ versions: SavedRule[] }>(`${path}/${segment(name)}`)).versions;
			speaker.result({ rules }, columns(rules.map((one) => [one.name, `version ${one.version}`, one.objective, one.createdBy, one.createdAt])));
		});

	snapshot
		.command('save-rule')
		.summary('save a rule under a name: a new version where it says something new')
		.argument('<project>')
		.argument('<name>')
		.option('--objective <objective>', DATASET_OBJECTIVES.join(', '), oneOf(DATASET_OBJECTIVES, 'objective'), 'dpo')
		.option('--rule <file>', 'JSON file with the rule, as the API takes it (default: every setting’s default)')
		.addHelpText('after', `
Example:
  npx plumbline snapshot save-rule tenancy 'As agreed' --rule rule.json && npx plumbline snapshot create tenancy --rules 'As agreed'`)
		.action(async (project: string, name: string, { objective, rule }: { objective: DatasetObjective; rule?: string }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const saved = await (await api()).send<{ name: string; version: number; added: boolean }>('PUT', `/projects/${segment(project)}/snapshot-rules/${segment(name)}`, { objective, rule: rule === undefined ? {} : await readJson(rule) });
			speaker.result(saved, [saved.added ? `Saved “${saved.name}”, version ${saved.version}.` : `“${saved.name}” says that already, in version ${saved.version}.`]);
		});
}
