import { join } from 'node:path';
import { artifactError, namedArtifacts } from '../../domain/import-parts.ts';
import type { NamedArtifact } from '../../domain/import-parts.ts';
import { readImportRow } from '../../domain/import-row.ts';
import type { ImportContext, StagedRow } from '../../domain/import-row.ts';
import { withoutNames } from '../../domain/import-shapes/column-mapping.ts';
import type { Recognised, SaidShape } from '../../domain/import-shapes/recognise.ts';
import type { Understood } from '../../domain/import-shapes/shape.ts';
import { messageText } from '../../domain/message.ts';
import type { App } from '../app.ts';
import * as artifacts from '../db/artifacts.ts';
import type { Db, Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import type { ImportError } from '../db/imports.ts';
import { givingWay } from '../give-way.ts';
import { openFile } from '../records/open.ts';
import type { SaidForm } from '../records/open.ts';
import { UnreadableFile } from '../records/record.ts';
import { shapedFile } from '../records/shaped.ts';
import type { RowMasker } from './mask-rows.ts';

const BATCH_ROWS = 500;
const BATCH_CHARS = 1_000_000;

/** How often an upload says that it goes on while no row of it can be read yet. */
const SIGN_OF_LIFE_MS = 10_000;

/** How many rows were read and how many of them cannot be taken. */
export type Staged = { read: number; rejected: number };

/** Counts what arrives, and keeps the import alive: a format that is read from its end gives no row before all of it is there. */
async function* arriving(db: Db, id: string, source: AsyncIterable<Uint8Array>, seen: { bytes: number }): AsyncGenerator<Uint8Array> {
	let said = Date.now();
	for await (const chunk of source) {
		seen.bytes += chunk.byteLength;
		yield chunk;
		if (Date.now() - said < SIGN_OF_LIFE_MS) continue;
		said = Date.now();
		await imports.goesOn(db, id, seen.bytes);
	}
}

/** Keeps an import alive while it waits for what others do in its project, for minutes where they publish a large file. */
export async function waiting(db: Db, id: string, turn: () => Promise<void>): Promise<void> {
	const sign = setInterval(() => void imports.goesOn(db, id, null).catch(() => undefined), SIGN_OF_LIFE_MS);
	try {
		await turn();
	} finally {
		clearInterval(sign);
	}
}

/** About so many characters: a row is written out once, when its batch is sent. */
function sizeOf(row: StagedRow): number {
	return [row, ...row.responses].reduce((sum, { messages }) => sum + messages.reduce((chars, message) => chars + messageText(message).length, 0), 0);
}

/** Locks an import, and says whether it is still the asker's to go on with. */
export type Holds = (tx: Tx) => Promise<boolean>;

/** An upload goes on with its import until that was ended. */
export const stillStaging = (id: string): Holds => async (tx) => (await imports.lockStatus(tx, id)) === 'staging';

/** An upload that was silent for so long that it was taken for dead has lost what it had staged: it cannot go on. */
export async function keep(tx: Tx, holds: Holds): Promise<void> {
	if (!(await holds(tx))) throw new UnreadableFile('Nothing arrived for too long, so the import was ended. Nothing was taken; send the file again.');
}

/** How rows were understood, as it is kept. A table without a header has its first row for one: what is to be hidden may stand there. */
function told(shape: Recognised, unread: readonly string[], masker: RowMasker): Pick<Understood, 'shape' | 'mapping' | 'columns' | 'unread'> {
	const { shape: name, mapping, columns } = shape;
	const said = withoutNames(mapping ?? {}, columns ?? [], (column) => !masker.names && masker.text(column) === column);
	return { shape: name, mapping: mapping && said.mapping, columns: columns && said.columns, unread: masker.names ? null : unread.map((field) => masker.text(field)) };
}

/**
 * Reads a file into staging rows in committed batches: constant memory, and a
 * broken connection leaves nothing published. Who judges meanwhile does not wait
 * for it.
 * @throws UnreadableFile when nothing can be read any further, or the import was ended meanwhile
 */
export async function stageImport(app: Pick<App, 'db' | 'config'>, of: { id: string; projectId: string; said: SaidForm & SaidShape; source: AsyncIterable<Uint8Array>; context: ImportContext; masker: RowMasker; holds: Holds }): Promise<Staged> {
	const { db } = app;
	const { id, projectId, context, masker } = of;
	const giveWay = givingWay();
	const seen = { bytes: 0 };
	const columns = Object.values(of.said.mapping ?? {}).filter((column) => typeof column === 'string');
	const file = openFile(arriving(db, id, of.source, seen), { ...of.said, columns }, join(app.config.dataDir, 'uploads'));
	const shaped = shapedFile(file, of.said);
	let named = new Map<number, NamedArtifact[]>();
	let attachments = false;
	let labels = 0;
	let [read, rejected, chars] = [0, 0, 0];
	let rows: StagedRow[] = [];
	let errors: ImportError[] = [];
	/** Rows that name an image or document which the project does not have are errors too. */
	const refuseUnknown = async () => {
		const all = [...named.values()].flat();
		if (all.length === 0) return;
		attachments = true;
		const known = await artifacts.known(db, projectId, [...new Set(all.map(({ sha256 }) => sha256))]);
		rows = rows.filter(({ line }) => {
			const [error] = (named.get(line) ?? []).flatMap((one) => artifactError(one, known) ?? []);
			if (error) errors.push({ line, ...error });
			return !error;
		});
	};
	const flush = async () => {
		const before = errors.length;
		await refuseUnknown();
		rejected += errors.length - before;
		await db.transaction(async (tx) => {
			await keep(tx, of.holds);
			const [form, shape] = [file.form(), shaped.shape()];
			await imports.stage(tx, id, giveWay, { rows: await masker.keep(tx, id, rows), errors, bytes: seen.bytes, read, rejected, found: form && shape && { ...form, attachments, ...told(shape, shaped.unread(), masker), labels, accepted: of.said.accepted === true } });
		});
		[rows, errors, chars, named] = [[], [], 0, new Map()];
	};
	for await (const item of shaped.rows) {
		await giveWay();
		read += 1;
		const result = masker.read('error' in item ? item : { line: item.line, value: item.fields }, (value) => readImportRow(value, item.line, context));
		if (result.ok && 'fields' in item) {
			rows.push(result.row);
			labels += result.row.pairs.reduce((sum, pair) => sum + (pair.labels?.length ?? 0), 0);
			const names = namedArtifacts(item.fields);
			if (names.length > 0) named.set(item.line, names);
			chars += sizeOf(result.row);
		} else if (!result.ok) {
			rejected += 1;
			const { field: own } = result.error;
			// What the file calls it is not told where names are hidden: it may be one.
			const field = 'error' in item ? item.field && masker.text(item.field) : own && (masker.names ? own : masker.text(item.nameOf(own)));
			errors.push({ line: item.line, message: result.error.message, field });
		}
		if (rows.length + errors.length >= BATCH_ROWS || chars >= BATCH_CHARS) await flush();
	}
	await flush();
	return { read, rejected };
}
