import { Readable } from 'node:stream';
import { alikeColumns } from '../../domain/alike-rows.ts';
import { dataCard } from '../../domain/data-card/data-card.ts';
import { cardMarkdown, hubFrontMatter } from '../../domain/data-card/markdown.ts';
import { EXPORT_FILES, Unexportable } from '../../domain/snapshot-export/formats.ts';
import type { ExportFormat } from '../../domain/snapshot-export/formats.ts';
import { datasetInfo, llamaFactoryRow } from '../../domain/snapshot-export/llama-factory.ts';
import { preferenceRow } from '../../domain/snapshot-export/openai.ts';
import { trlRow } from '../../domain/snapshot-export/trl.ts';
import type { Split } from '../../domain/holdout.ts';
import { rowKindOf } from '../../domain/preference-dataset.ts';
import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { TrainingRow } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import { countKeys } from '../records/key-counts.ts';
import { alikeLines, csvLines, frozenRows, jsonLines, parquetBytes, zipOf } from '../records/snapshot-file.ts';
import { checkExport } from './check-outgoing.ts';
import { cardFacts } from './read-card.ts';
import { openForExport } from './read-snapshot.ts';

const HF_SPLITS = { train: 'train', dev: 'validation', test: 'test' } as const;
type Has = { margins: boolean };
const ROWS: Partial<Record<ExportFormat, (row: TrainingRow, has: Has) => object>> = {
	trl: trlRow,
	hf: trlRow,
	'llama-factory': llamaFactoryRow,
	openai: (row) => preferenceRow(row, 'OpenAI'),
	together: (row) => preferenceRow(row, 'Together')
};

/** An export under way. `bytes` and `etag` are known only where the frozen file goes out as it is. */
export type SnapshotExport = { stream: Readable; name: string; type: string; bytes?: number; etag?: string };

async function* mapped(rows: AsyncIterable<TrainingRow>, change: (row: TrainingRow) => TrainingRow): AsyncGenerator<TrainingRow> {
	for await (const row of rows) yield change(row);
}

/**
 * A snapshot's rows in a consumer's format, mapped one by one from the frozen
 * files (never rendered again). All rows are tried before the first byte goes
 * out: a format that has no words for one of them refuses the whole. Whoever
 * takes data out is in the audit.
 */
export async function exportSnapshot(app: Pick<App, 'db' | 'artifacts' | 'secrets'>, actor: Actor, input: { id: string; split: Split; format: ExportFormat; /** ms-swift: to the byte as it was frozen, also where the engine would not take the rows beside each other. */ frozen?: boolean }): Promise<Result<SnapshotExport>> {
	const { format, split } = input;
	const splits: Split[] = format === 'hf' ? ['train', 'dev', 'test'] : [split];
	const opened = await openForExport(app, actor, input.id, splits);
	if (!opened.ok) return opened;
	const { snapshot, files } = opened.value;
	const kind = rowKindOf(snapshot.objective as DatasetObjective);
	const table = { kind, margins: snapshot.rule['strength'] === 'margin' };
	const form = ROWS[format];
	const map = form && ((row: TrainingRow) => form(row, table));
	const frozen = (sha256: string) => frozenRows(app.artifacts.read(sha256));
	const check = await checkExport(app, actor, { snapshotId: snapshot.id, projectId: snapshot.projectId, splits: files.map(({ name, sha256 }) => ({ split: name as Split, rows: () => frozen(sha256) })) });
	if (!check.ok) return check;
	const hide = check.value;
	const rowsOf = (sha256: string) => (hide ? mapped(frozen(sha256), hide) : frozen(sha256));
	if ((format === 'openai' || format === 'together') && kind === 'labelled') {
		return fail('unsupported_format', `${format === 'openai' ? 'OpenAI' : 'Together'} takes pairs only: a KTO snapshot of single judged answers has no such form. Freeze a DPO snapshot, or take TRL.`);
	}
	if (map) {
		try {
			for (const file of files) for await (const row of rowsOf(file.sha256)) map(row);
		} catch (error) {
			if (error instanceof Unexportable) return fail('unsupported_format', error.message);
			throw error;
		}
	}
	await app.db.transaction((tx) => record(tx, actor, { action: 'snapshot.export', projectId: snapshot.projectId, subject: ['snapshot', snapshot.id], details: { split: format === 'hf' ? 'all' : split, format } }));
	const { ending, type } = EXPORT_FILES[format];
	const short = snapshot.sha256.slice(0, 12);
	const name = `${format === 'hf' ? snapshot.objective : split}-${short}${ending}`;
	const [file] = files;
	if (!file) return fail('not_found', 'The snapshot has no such file.');
	const lines = (sha256: string) => jsonLines(rowsOf(sha256), map ?? ((row) => row));
	if (format === 'ms-swift') {
		const columns = input.frozen ? null : alikeColumns(await countKeys(app.artifacts.read(file.sha256)));
		if (columns) return ok({ stream: Readable.from(alikeLines(() => rowsOf(file.sha256), columns)), name, type });
		if (!hide) return ok({ stream: app.artifacts.read(file.sha256), name, type, bytes: file.bytes, etag: file.sha256 });
	}
	if (format === 'csv') return ok({ stream: Readable.from(csvLines(rowsOf(file.sha256), table)), name, type });
	if (format === 'parquet') return ok({ stream: Readable.from(parquetBytes(rowsOf(file.sha256), table)), name, type });
	if (format !== 'llama-factory' && format !== 'hf') return ok({ stream: Readable.from(lines(file.sha256)), name, type });
	const facts = await cardFacts(app, snapshot);
	if (!facts.ok) return facts;
	const card = dataCard(facts.value, 'en');
	if (format === 'llama-factory') {
		const data = `${split}-${short}.jsonl`;
		const info = datasetInfo(`plumbline_${split}_${short}`, data, kind);
		return ok({ stream: zipOf([{ path: 'README.md', content: cardMarkdown(card) }, { path: 'dataset_info.json', content: `${JSON.stringify(info, null, 2)}\n` }, { path: data, content: () => lines(file.sha256) }]), name, type });
	}
	// A file without rows has no columns, which `datasets` refuses: such a split is left out of the folder.
	const full = files.filter(({ rows }) => (rows ?? 0) > 0).map((one) => ({ sha256: one.sha256, rows: one.rows ?? 0, split: HF_SPLITS[one.name as Split], path: `data/${HF_SPLITS[one.name as Split]}.jsonl` }));
	const readme = `${hubFrontMatter(facts.value, full)}${cardMarkdown({ ...card, lead: `${card.lead} Rows are in TRL’s conversational form.` })}`;
	return ok({ stream: zipOf([{ path: 'README.md', content: readme }, ...full.map(({ path, sha256 }) => ({ path, content: () => lines(sha256) }))]), name, type });
}
