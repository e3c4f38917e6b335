import { artifactError, namedArtifacts } from '../../domain/import-parts.ts';
import type { NamedArtifact } from '../../domain/import-parts.ts';
import { readImportRow } from '../../domain/import-row.ts';
import type { ImportContext, StagedRow } from '../../domain/import-row.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifacts from '../db/artifacts.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as imports from '../db/imports.ts';
import type { ImportError } from '../db/imports.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { readCsv } from '../records/csv.ts';
import { readJsonl } from '../records/jsonl.ts';
import { UnreadableFile } from '../records/record.ts';
import type { FileRecord } from '../records/record.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

export const IMPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** How an import ended. */
export type ImportOutcome = { id: string; accepted: number; duplicates: number; rejected: number; errors: ImportError[] };

const READERS: Record<ImportFormat, (source: AsyncIterable<Uint8Array>) => AsyncGenerator<FileRecord>> = { jsonl: readJsonl, csv: readCsv };
const BATCH_ROWS = 500;
const BATCH_CHARS = 4_000_000;
/** Errors kept to be read; their number is exact however many there are. */
const KEPT_ERRORS = 1000;

/** `attachments`: whether a row holds an image or document. */
type Staged = { read: number; rejected: number; bytes: number; attachments: boolean };

async function* counting(source: AsyncIterable<Uint8Array>, seen: { bytes: number }): AsyncGenerator<Uint8Array> {
	for await (const chunk of source) {
		seen.bytes += chunk.byteLength;
		yield chunk;
	}
}

function sizeOf(row: StagedRow): number {
	return JSON.stringify(row.messages).length + row.responses.reduce((sum, response) => sum + JSON.stringify(response.messages).length, 0);
}

/** An upload that was silent for so long that it was taken for dead has lost what it had staged: it cannot go on. */
async function keepStaging(tx: Tx, id: string): Promise<void> {
	if (!(await imports.lockStaging(tx, id))) throw new UnreadableFile('Nothing arrived for too long, so the import was ended. Nothing was taken; send the file again.');
}

/** Reads the stream into staging rows in committed batches: constant memory, and a broken connection leaves nothing published. */
async function stageAll(db: Db, of: { id: string; projectId: string }, format: ImportFormat, source: AsyncIterable<Uint8Array>, context: ImportContext): Promise<Staged> {
	const { id, projectId } = of;
	const seen = { bytes: 0 };
	let named = new Map<number, NamedArtifact[]>();
	let attachments = false;
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
		const keepErrors = KEPT_ERRORS - (rejected - errors.length);
		await db.transaction(async (tx) => {
			await keepStaging(tx, id);
			await imports.stage(tx, id, { rows, errors, keepErrors, bytes: seen.bytes, read, rejected });
		});
		[rows, errors, chars, named] = [[], [], 0, new Map()];
	};
	for await (const item of READERS[format](counting(source, seen))) {
		read += 1;
		const result = 'error' in item ? { ok: false as const, error: { field: null, message: item.error } } : readImportRow(item.value, item.line, context);
		if (result.ok) {
			rows.push(result.row);
			const names = 'value' in item ? namedArtifacts(item.value) : [];
			if (names.length > 0) named.set(item.line, names);
			chars += sizeOf(result.row);
		} else {
			rejected += 1;
			errors.push({ line: item.line, ...result.error });
		}
		if (rows.length + errors.length >= BATCH_ROWS || chars >= BATCH_CHARS) await flush();
	}
	await flush();
	return { read, rejected, bytes: seen.bytes, attachments };
}

async function end(db: Db, actor: Actor, id: string, projectId: string, status: 'refused' | 'failed', message: string): Promise<void> {
	await db.transaction(async (tx) => {
		await imports.finish(tx, id, { status, accepted: 0, duplicates: 0, message });
		await record(tx, actor, { action: `import.${status}`, projectId, subject: ['import', id] });
	});
}

/** One short transaction: everything of the file appears at once, or nothing does. */
async function publish(db: Db, actor: Actor, id: string, projectId: string, attachments: boolean): Promise<{ accepted: number; duplicates: number }> {
	return db.transaction(async (tx) => {
		await projects.serialise(tx, projectId);
		await keepStaging(tx, id);
		const round = await rounds.newest(tx, projectId);
		await imports.intoRound(tx, id, round.id);
		const made = await imports.publish(tx, id);
		if (attachments) await artifacts.attachImported(tx, id);
		await rounds.addCounts(tx, round.id, { comparisons: made.comparisons, identical: 0 });
		if (await imports.asksForSkills(tx, id)) await comparisons.refreshExhaustionOfProject(tx, projectId);
		await imports.finish(tx, id, { status: 'published', ...made, message: null });
		await record(tx, actor, { action: 'import.publish', projectId, subject: ['import', id], details: made });
		return made;
	});
}

/**
 * Brings a file in. Gives the import's id at once and the outcome when it is
 * there: `received` when the whole file was read, `done` when it was published
 * or refused. A bad row refuses the whole file unless `skipBad`; the same file
 * twice adds nothing.
 */
export async function importPairs(
	app: { db: Db },
	actor: Actor,
	input: { slug: string; format: ImportFormat; skipBad: boolean; fileName?: string | null; source: AsyncIterable<Uint8Array> }
): Promise<Result<{ id: string; received: Promise<void>; done: Promise<Result<ImportOutcome>> }>> {
	const { db } = app;
	const begun = await inTransaction(db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'import.create');
		if (!access.ok) return access;
		const { project } = access.value;
		const round = await rounds.newest(tx, project.id);
		const systemPrompt = await projects.systemPrompt(tx, project.id);
		const id = await imports.insert(tx, { projectId: project.id, roundId: round.id, createdBy: actor.userId, format: input.format, fileName: input.fileName ?? null });
		await record(tx, actor, { action: 'import.start', projectId: project.id, subject: ['import', id], details: { format: input.format } });
		const context: ImportContext = { seed: project.seed, splitSalt: project.splitSalt, shares: project.splitShares, systemPrompt };
		return ok({ id, projectId: project.id, context });
	});
	if (!begun.ok) return begun;
	const { id, projectId, context } = begun.value;

	const staged = (async (): Promise<Result<Staged>> => {
		try {
			return ok(await stageAll(db, { id, projectId }, input.format, input.source, context));
		} catch (error) {
			const unreadable = error instanceof UnreadableFile;
			await end(db, actor, id, projectId, unreadable ? 'refused' : 'failed', unreadable ? error.message : 'The file did not arrive whole. Nothing was taken; send it again.');
			if (unreadable) return fail('import_refused', error.message, { facts: { id, accepted: 0 } });
			throw error;
		}
	})();

	const done = (async (): Promise<Result<ImportOutcome>> => {
		const read = await staged;
		if (!read.ok) return read;
		const errors = await imports.errors(db, id);
		const refuse = async (detail: string): Promise<Result<never>> => {
			await end(db, actor, id, projectId, 'refused', detail);
			return fail('import_refused', detail, {
				errors: errors.map((error) => ({ field: error.field ?? 'row', message: error.message, line: error.line })),
				facts: { id, accepted: 0, duplicates: 0, rejected: read.value.rejected }
			});
		};
		if (read.value.read === 0) return refuse('The file holds no rows.');
		if (read.value.rejected > 0 && !input.skipBad) {
			const first = errors[0];
			return refuse(`${read.value.rejected} of ${read.value.read} rows cannot be taken; the first is line ${first?.line ?? 0}: ${first?.field ? `${first.field}: ` : ''}${first?.message ?? ''}. Nothing was taken. Mend them, or send the file with skipBad=true to take the rest.`);
		}
		const made = await publish(db, actor, id, projectId, read.value.attachments);
		return ok({ id, ...made, rejected: read.value.rejected, errors });
	})();
	// Both are awaited by the caller; until then a failure must not end the process.
	done.catch(() => undefined);
	const received = staged.then(() => undefined);
	received.catch(() => undefined);
	return ok({ id, received, done });
}
