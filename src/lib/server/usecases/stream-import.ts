import type { ImportContext } from '../../domain/import-row.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { SaidShape } from '../../domain/import-shapes/recognise.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db, Executor, Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import type { ImportError, SampleRow } from '../db/imports.ts';
import * as masking from '../db/masking-imports.ts';
import type { Project } from '../db/members.ts';
import * as projects from '../db/projects.ts';
import type { Found } from '../db/schema/import.ts';
import { refuseOtherMatters } from '../db/staged-questions.ts';
import type { SaidForm } from '../records/open.ts';
import { UnreadableFile } from '../records/record.ts';
import { rowMasker, TAKES_ALL } from './mask-rows.ts';
import type { RowMasker } from './mask-rows.ts';
import { rulesOf } from './project-rules.ts';
import { publishStaged, scanStaged } from './publish-import.ts';
import type { Published } from './publish-import.ts';
import { keep, stageImport, waiting } from './stage-import.ts';
import type { Holds, Staged } from './stage-import.ts';

/** How an import ended; after a dry run, what would come of it, how its rows were understood, and that they wait. */
export type ImportOutcome = { id: string; status: 'published' | 'scanned' | 'masking'; rejected: number; errors: ImportError[]; found: Found | null; sample: SampleRow[] } & Published;

/** Errors and rows that an answer shows; all errors are to be had as a file. */
export const SHOWN_ERRORS = 1000;
export const SAMPLE_ROWS = 5;

/** What a project makes of rows: what reading them needs, and what stands between reading and staging. */
export type Reading = { context: ImportContext; masker: RowMasker };

/** An import whose file is read now. */
export type Streaming = Reading & {
	id: string;
	projectId: string;
	said: SaidForm & SaidShape;
	skipBad: boolean;
	dryRun: boolean;
	source: AsyncIterable<Uint8Array>;
	/** Whether the whole file lies on this server, and can be read again. */
	here?: boolean;
	/** Locks the import, and says whether it is still this reader's to go on with. */
	holds: Holds;
	/** Records what else belongs to it, in the transaction that publishes its rows or has them wait for names. `made`: null while they wait. */
	also?: (tx: Tx, id: string, made: Published | null) => Promise<void>;
	/** Hears that the file broke off, or must be read again; true: it was seen to, and the import does not end. */
	brokenOff?: (error: unknown) => Promise<boolean>;
};

/** How rows of a project are read now. A problem where this process cannot open the project's lists of what is to be hidden. */
export async function readingOf(app: Pick<App, 'db' | 'secrets'>, db: Executor, project: Project, { dryRun }: { dryRun: boolean }): Promise<Result<Reading>> {
	const rules = await rulesOf(app, project.id);
	if (!rules.ok) return rules;
	const systemPrompt = await projects.systemPrompt(db, project.id);
	return ok({
		masker: rules.value ? rowMasker(app, rules.value, { projectId: project.id, dryRun }) : TAKES_ALL,
		context: { seed: project.seed, splitSalt: project.splitSalt, shares: project.splitShares, systemPrompt, matterIsGroup: project.matterIsGroup }
	});
}

/** Ends an import of which nothing was taken. One that somebody let go meanwhile, or that another worker reads, is not ended. */
export async function endUntaken(db: Db, actor: Actor, of: Pick<Streaming, 'id' | 'projectId' | 'holds'>, status: 'refused' | 'failed', message: string): Promise<void> {
	await db.transaction(async (tx) => {
		if (!(await of.holds(tx))) return;
		await imports.finish(tx, of.id, { status, accepted: 0, duplicates: 0, message });
		await record(tx, actor, { action: `import.${status}`, projectId: of.projectId, subject: ['import', of.id] });
	});
}

/** What is said of a file that was read under settings which are not in force any more. */
const CHANGED = {
	again: 'The project’s desensitisation was changed while the file was read.',
	here: 'The project’s desensitisation was changed while the file was read. Nothing was taken; the file is here whole and can be read again.',
	sent: 'The project’s desensitisation was changed while the file was read. Nothing was taken; send it again.'
};

/** Tells who can read a file again that it was read under settings which are not in force any more. */
export class ReadUnderOthers extends Error {
	constructor() {
		super(CHANGED.again);
	}
}

/** One short transaction: everything of the file appears at once, or nothing does. Null: rows name another matter than their questions have, and bad rows may not be left out. `changed`: the settings did while it was read. */
async function publish(db: Db, actor: Actor, of: Streaming): Promise<Published | 'changed' | null> {
	return db.transaction(async (tx) => {
		await waiting(db, of.id, () => projects.serialise(tx, of.projectId));
		await keep(tx, of.holds);
		if ((await refuseOtherMatters(tx, of.id)) > 0 && !of.skipBad) return null;
		const made = await publishStaged(tx, actor, of);
		if (!made) return 'changed';
		await of.also?.(tx, of.id, made);
		return made;
	});
}

/** The rows wait until a worker has looked for names in them; it does what comes after. */
async function holdForNames(db: Db, actor: Actor, of: Streaming): Promise<void> {
	await db.transaction(async (tx) => {
		await keep(tx, of.holds);
		await masking.waitForNames(tx, of.id, { dryRun: of.dryRun, skipBad: of.skipBad, done: 0, trouble: null });
		await record(tx, actor, { action: 'import.mask', projectId: of.projectId, subject: ['import', of.id] });
		await of.also?.(tx, of.id, null);
	});
}

/**
 * Reads the file of an import that was begun: `received` when the whole file was
 * read, `done` when it was published or refused. A bad row refuses the whole file
 * unless `skipBad`. A dry run says what would come of it and keeps its rows for a
 * day: `publishImport` takes them.
 */
export function streamImport(app: Pick<App, 'db' | 'config'>, actor: Actor, of: Streaming): { received: Promise<void>; done: Promise<Result<ImportOutcome>> } {
	const { db } = app;
	const { id, masker } = of;

	const staged = (async (): Promise<Result<Staged>> => {
		try {
			return ok(await stageImport(app, of));
		} catch (error) {
			if (await of.brokenOff?.(error)) return fail('not_ready', 'The file is read again later.');
			const unreadable = error instanceof UnreadableFile;
			await endUntaken(db, actor, of, unreadable ? 'refused' : 'failed', unreadable ? masker.text(error.message) : of.here ? imports.BROKE_OFF.here : imports.BROKE_OFF.sent);
			if (unreadable) return fail('import_refused', masker.text(error.message), { facts: { id, accepted: 0 } });
			throw error;
		}
	})();

	const done = (async (): Promise<Result<ImportOutcome>> => {
		const read = await staged;
		if (!read.ok) return read;
		const badRows = async () => ({ errors: await imports.errors(db, id, SHOWN_ERRORS), rejected: (await imports.get(db, id))?.rejected ?? 0 });
		const refuse = async (detail: string, { errors, rejected }: Awaited<ReturnType<typeof badRows>>): Promise<Result<never>> => {
			await endUntaken(db, actor, of, 'refused', detail);
			return fail('import_refused', detail, {
				errors: errors.map((error) => ({ field: error.field ?? 'row', message: error.message, line: error.line })),
				facts: { id, accepted: 0, duplicates: 0, rejected }
			});
		};
		const refuseRows = async (): Promise<Result<never>> => {
			const bad = await badRows();
			const [first] = bad.errors;
			return refuse(`${bad.rejected} of ${read.value.read} rows cannot be taken; the first is line ${first?.line ?? 0}: ${first?.field ? `${first.field}: ` : ''}${first?.message ?? ''}. Nothing was taken. Mend them, or send the file with skipBad=true to take the rest.`, bad);
		};
		if (read.value.read === 0) return refuse('The file holds no rows.', await badRows());
		if (read.value.rejected > 0 && !of.skipBad && !of.dryRun) return refuseRows();
		if (masker.names) {
			await holdForNames(db, actor, of);
			return ok({ id, status: 'masking', accepted: 0, duplicates: 0, ...(await badRows()), found: null, sample: [] });
		}
		const made = await (of.dryRun ? scanStaged(db, actor, of, (tx: Tx) => keep(tx, of.holds)) : publish(db, actor, of));
		if (made === null) return refuseRows();
		if (made === 'changed') {
			if (await of.brokenOff?.(new ReadUnderOthers())) return fail('not_ready', 'The file is read again later.');
			const detail = of.here ? CHANGED.here : CHANGED.sent;
			await endUntaken(db, actor, of, 'refused', detail);
			return fail('conflict', detail, { facts: { id, accepted: 0 } });
		}
		const found = (await imports.get(db, id))?.found ?? null;
		return ok({ id, status: of.dryRun ? 'scanned' : 'published', ...made, ...(await badRows()), found, sample: await imports.sample(db, id, SAMPLE_ROWS) });
	})();
	// Both are awaited by the caller; until then a failure must not end the process.
	done.catch(() => undefined);
	const received = staged.then(() => undefined);
	received.catch(() => undefined);
	return { received, done };
}
