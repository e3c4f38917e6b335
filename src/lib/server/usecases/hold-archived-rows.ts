import * as v from 'valibot';
import { contentHash } from '../../domain/canonical-json.ts';
import { BaseLocationSchema, CheckpointNameSchema, StoredFilesSchema } from '../../domain/checkpoint-files.ts';
import { ExportPlan } from '../../domain/checkpoint-export.ts';
import { OpenSettingsSchema } from '../../domain/desensitisation/settings.ts';
import { SHA256 } from '../../domain/message.ts';
import { unfitRecord } from '../../domain/recipe/recipe-problems.ts';
import { SuiteDefinition } from '../../domain/suite/check.ts';
import { SweepPlanSchema } from '../../domain/sweep-plan.ts';
import { treeHash } from '../artifacts/store.ts';
import { checkTools } from '../checks/tools.ts';
import * as archive from '../db/archive.ts';
import { ARCHIVE_TABLES } from '../db/archive-tables.ts';
import type { Tx } from '../db/client.ts';
import { UnusableArchive } from '../records/archive-file.ts';

type Row = Record<string, unknown>;

/** Columns of a table that programs act on, and what is wrong with a row of them, in words; null: nothing. */
type Rule = { table: string; columns: readonly string[]; wrong: (row: Row) => string | null };

const unwritten = (table: string, column: string): string => `“${table}” in the archive has a row whose “${column}” is none that this version of Plumbline writes.`;

/** What is wrong with a stored folder: a path that leads out of it, a hash that names no file, or one that is not that of all its files. */
function wrongFolder(table: string, { files, sha256, bytes }: Row): string | null {
	const read = v.safeParse(StoredFilesSchema, files);
	if (!read.success) return unwritten(table, 'files');
	if (treeHash(read.output) !== sha256) return unwritten(table, 'sha256');
	return read.output.reduce((sum, file) => sum + file.bytes, 0) === Number(bytes) ? null : unwritten(table, 'bytes');
}

function wrongCheckpoint(row: Row): string | null {
	if (!v.is(CheckpointNameSchema, row['name'])) return unwritten('checkpoints', 'name');
	if (row['kind'] !== 'base') return wrongFolder('checkpoints', row);
	if (row['files'] !== null) return unwritten('checkpoints', 'files');
	return v.is(BaseLocationSchema, row['location']) ? null : unwritten('checkpoints', 'location');
}

function wrongSuite({ definition, content_hash: hash }: Row): string | null {
	const read = v.safeParse(SuiteDefinition, definition);
	if (!read.success || !checkTools(read.output.checks).ok) return unwritten('suite_versions', 'definition');
	return contentHash(definition) === hash ? null : unwritten('suite_versions', 'content_hash');
}

const RULES: readonly Rule[] = [
	{ table: 'desensitisation_settings', columns: ['version', 'rules'], wrong: ({ version, rules }) => (v.is(OpenSettingsSchema, rules) ? null : `Version ${String(version)} of what the archive’s project hides is none that this version of Plumbline knows.`) },
	{ table: 'checkpoints', columns: ['kind', 'name', 'location', 'files', 'sha256', 'bytes'], wrong: wrongCheckpoint },
	{
		table: 'checkpoint_exports',
		columns: ['plan', 'files', 'sha256', 'bytes'],
		wrong: (row) => (!v.is(ExportPlan, row['plan']) ? unwritten('checkpoint_exports', 'plan') : row['files'] === null ? null : wrongFolder('checkpoint_exports', row))
	},
	{
		table: 'suite_versions',
		columns: ['definition', 'content_hash'],
		wrong: wrongSuite
	},
	{ table: 'sweeps', columns: ['plan'], wrong: ({ plan }) => (v.is(SweepPlanSchema, plan) ? null : unwritten('sweeps', 'plan')) },
	{
		table: 'runs',
		columns: ['objective', 'recipe'],
		wrong: ({ objective, recipe }) => {
			const why = unfitRecord(recipe, String(objective));
			return why === null ? null : `The archive has a run with a recipe that no run is started with: ${why}`;
		}
	},
	{ table: 'run_attempts', columns: ['tensorboard'], wrong: ({ tensorboard }) => (tensorboard === null || v.is(StoredFilesSchema, tensorboard) ? null : unwritten('run_attempts', 'tensorboard')) }
];

/**
 * Holds what an archive brought against the rules by which the product itself writes: recipes, plans, names, paths and
 * hashes. What is under way needs no look: it came in as ended (`archive.insert`).
 * @throws UnusableArchive for the first that no honest archive holds
 */
export async function holdArchivedRows(tx: Tx, projectId: string): Promise<void> {
	const misfit = await archive.misfit(tx, ARCHIVE_TABLES, projectId, SHA256);
	if (misfit) throw new UnusableArchive(unwritten(misfit.table, misfit.column));
	const unlike = await archive.unlikeSnapshot(tx, projectId);
	if (unlike) throw new UnusableArchive(unwritten(unlike, unlike === 'runs' ? 'snapshot_sha256' : 'sha256'));
	for (const { table: name, columns, wrong } of RULES) {
		const table = ARCHIVE_TABLES.find((one) => one.name === name);
		if (!table) throw new Error(`no archive holds “${name}”`);
		for await (const rows of archive.columnsOfRows(tx, table, columns, projectId)) {
			const why = rows.map(wrong).find((one) => one !== null);
			if (why !== undefined) throw new UnusableArchive(why);
		}
	}
}
