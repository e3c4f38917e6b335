import type { ImportContext } from '../../domain/import-row.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { App } from '../app.ts';
import type { Db, Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import type { ImportError, SampleRow } from '../db/imports.ts';
import * as masking from '../db/masking-imports.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { SaidShape } from '../../domain/import-shapes/recognise.ts';
import type { SaidForm } from '../records/open.ts';
import type { Found } from '../db/schema/import.ts';
import { UnreadableFile } from '../records/record.ts';
import { allow } from './access.ts';
import { rowMasker, TAKES_ALL } from './mask-rows.ts';
import { rulesOf } from './project-rules.ts';
import { publishStaged, scanStaged } from './publish-import.ts';
import type { Published } from './publish-import.ts';
import { keepStaging, stageImport } from './stage-import.ts';
import type { Staged } from './stage-import.ts';
import { inTransaction } from './transaction.ts';

/** How an import ended; after a dry run, what would come of it, how its rows were understood, and that they wait. */
export type ImportOutcome = { id: string; status: 'published' | 'scanned' | 'masking'; rejected: number; errors: ImportError[]; found: Found | null; sample: SampleRow[] } & Published;

/** Errors and rows that an answer shows; all errors are to be had as a file. */
export const SHOWN_ERRORS = 1000;
export const SAMPLE_ROWS = 5;

async function end(db: Db, actor: Actor, id: string, projectId: string, status: 'refused' | 'failed', message: string): Promise<void> {
	await db.transaction(async (tx) => {
		await imports.finish(tx, id, { status, accepted: 0, duplicates: 0, message });
		await record(tx, actor, { action: `import.${status}`, projectId, subject: ['import', id] });
	});
}

/** One short transaction: everything of the file appears at once, or nothing does. */
async function publish(db: Db, actor: Actor, of: { id: string; projectId: string }): Promise<Published> {
	return db.transaction(async (tx) => {
		await projects.serialise(tx, of.projectId);
		await keepStaging(tx, of.id);
		return publishStaged(tx, actor, of);
	});
}

/** The rows wait until a worker has looked for names in them; it does what comes after. */
async function holdForNames(db: Db, actor: Actor, of: { id: string; projectId: string; dryRun: boolean; skipBad: boolean }): Promise<void> {
	await db.transaction(async (tx) => {
		await keepStaging(tx, of.id);
		await masking.waitForNames(tx, of.id, { dryRun: of.dryRun, skipBad: of.skipBad, done: 0, trouble: null });
		await record(tx, actor, { action: 'import.mask', projectId: of.projectId, subject: ['import', of.id] });
	});
}

/**
 * Brings a file in. Gives the import's id at once and the outcome when it is
 * there: `received` when the whole file was read, `done` when it was published
 * or refused. A bad row refuses the whole file unless `skipBad`; the same file
 * twice adds nothing. A dry run says what would come of it and keeps its rows for
 * a day: `publishImport` takes them.
 */
export async function importPairs(
	app: Pick<App, 'db' | 'config' | 'secrets'>,
	actor: Actor,
	input: { slug: string; said: SaidForm & SaidShape; skipBad: boolean; dryRun?: boolean; fileName?: string | null; totalBytes?: number | null; source: AsyncIterable<Uint8Array> }
): Promise<Result<{ id: string; received: Promise<void>; done: Promise<Result<ImportOutcome>> }>> {
	const { db } = app;
	const begun = await inTransaction(db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'import.create');
		if (!access.ok) return access;
		const { project } = access.value;
		const rules = await rulesOf(app, project.id);
		if (!rules.ok) return rules;
		const masker = rules.value ? rowMasker(app, rules.value, { projectId: project.id, dryRun: input.dryRun ?? false }) : TAKES_ALL;
		const round = await rounds.newest(tx, project.id);
		const systemPrompt = await projects.systemPrompt(tx, project.id);
		const id = await imports.insert(tx, { projectId: project.id, roundId: round.id, createdBy: actor.userId, format: input.said.format ?? 'auto', fileName: masker.fileName(input.fileName ?? null), totalBytes: input.totalBytes ?? null });
		await record(tx, actor, { action: 'import.start', projectId: project.id, subject: ['import', id], details: { format: input.said.format ?? 'auto' } });
		const context: ImportContext = { seed: project.seed, splitSalt: project.splitSalt, shares: project.splitShares, systemPrompt };
		return ok({ id, projectId: project.id, context, masker });
	});
	if (!begun.ok) return begun;
	const { id, projectId, context, masker } = begun.value;

	const staged = (async (): Promise<Result<Staged>> => {
		try {
			return ok(await stageImport(app, { id, projectId, said: input.said, source: input.source, context, masker }));
		} catch (error) {
			const unreadable = error instanceof UnreadableFile;
			await end(db, actor, id, projectId, unreadable ? 'refused' : 'failed', unreadable ? masker.text(error.message) : 'The file did not arrive whole. Nothing was taken; send it again.');
			if (unreadable) return fail('import_refused', masker.text(error.message), { facts: { id, accepted: 0 } });
			throw error;
		}
	})();

	const done = (async (): Promise<Result<ImportOutcome>> => {
		const read = await staged;
		if (!read.ok) return read;
		const errors = await imports.errors(db, id, SHOWN_ERRORS);
		const refuse = async (detail: string): Promise<Result<never>> => {
			await end(db, actor, id, projectId, 'refused', detail);
			return fail('import_refused', detail, {
				errors: errors.map((error) => ({ field: error.field ?? 'row', message: error.message, line: error.line })),
				facts: { id, accepted: 0, duplicates: 0, rejected: read.value.rejected }
			});
		};
		if (read.value.read === 0) return refuse('The file holds no rows.');
		if (read.value.rejected > 0 && !input.skipBad && !input.dryRun) {
			const first = errors[0];
			return refuse(`${read.value.rejected} of ${read.value.read} rows cannot be taken; the first is line ${first?.line ?? 0}: ${first?.field ? `${first.field}: ` : ''}${first?.message ?? ''}. Nothing was taken. Mend them, or send the file with skipBad=true to take the rest.`);
		}
		if (masker.names) {
			await holdForNames(db, actor, { id, projectId, dryRun: input.dryRun ?? false, skipBad: input.skipBad });
			return ok({ id, status: 'masking', accepted: 0, duplicates: 0, rejected: read.value.rejected, errors, found: null, sample: [] });
		}
		const ready = (tx: Tx) => keepStaging(tx, id);
		const made = await (input.dryRun ? scanStaged(db, actor, { id, projectId }, ready) : publish(db, actor, { id, projectId }));
		const found = (await imports.get(db, id))?.found ?? null;
		return ok({ id, status: input.dryRun ? 'scanned' : 'published', ...made, rejected: read.value.rejected, errors, found, sample: await imports.sample(db, id, SAMPLE_ROWS) });
	})();
	// Both are awaited by the caller; until then a failure must not end the process.
	done.catch(() => undefined);
	const received = staged.then(() => undefined);
	received.catch(() => undefined);
	return ok({ id, received, done });
}
