import type { SaidShape } from '../../domain/import-shapes/recognise.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as imports from '../db/imports.ts';
import type { Project } from '../db/members.ts';
import * as rounds from '../db/rounds.ts';
import type { Brings, Origin } from '../db/schema/import.ts';
import type { SaidForm } from '../records/open.ts';
import { allow } from './access.ts';
import { stillStaging } from './stage-import.ts';
import { readingOf, streamImport } from './stream-import.ts';
import type { ImportOutcome, Reading, Streaming } from './stream-import.ts';
import { inTransaction } from './transaction.ts';

/** How the file of an import is to be read. */
export type Asked = { said: SaidForm & SaidShape; skipBad: boolean; dryRun: boolean };

/** Begins an import in the caller's transaction; who may was asked before. */
export async function beginImport(app: Pick<App, 'db' | 'secrets'>, tx: Tx, actor: Actor, of: Asked & { project: Project; fileName: string | null; totalBytes: number | null; origin: Origin | null; brings?: Brings }): Promise<Result<{ id: string } & Reading>> {
	const { project, said, origin } = of;
	const reading = await readingOf(app, tx, project, of);
	if (!reading.ok) return reading;
	const round = await rounds.newest(tx, project.id);
	const format = said.format ?? 'auto';
	const id = await imports.insert(tx, { projectId: project.id, roundId: round.id, createdBy: actor.userId, format, fileName: reading.value.masker.fileName(of.fileName), totalBytes: of.totalBytes, origin, brings: of.brings ?? 'import' });
	await record(tx, actor, { action: 'import.start', projectId: project.id, subject: ['import', id], details: { format, ...(origin ? { source: origin.sourceId } : {}) } });
	return ok({ id, ...reading.value });
}

/**
 * Brings a file in. Gives the import's id at once and the outcome when it is
 * there. The same file twice adds nothing.
 */
export async function importPairs(
	app: Pick<App, 'db' | 'config' | 'secrets'>,
	actor: Actor,
	input: { slug: string; said: SaidForm & SaidShape; skipBad: boolean; dryRun?: boolean; fileName?: string | null; totalBytes?: number | null; brings?: Brings; source: AsyncIterable<Uint8Array>; also?: Streaming['also'] }
): Promise<Result<{ id: string; received: Promise<void>; done: Promise<Result<ImportOutcome>> }>> {
	const asked = { said: input.said, skipBad: input.skipBad, dryRun: input.dryRun ?? false };
	const begun = await inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'import.create');
		if (!access.ok) return access;
		const { project } = access.value;
		const made = await beginImport(app, tx, actor, { ...asked, project, fileName: input.fileName ?? null, totalBytes: input.totalBytes ?? null, origin: null, ...(input.brings ? { brings: input.brings } : {}) });
		return made.ok ? ok({ projectId: project.id, ...made.value }) : made;
	});
	if (!begun.ok) return begun;
	const { id } = begun.value;
	return ok({ id, ...streamImport(app, actor, { ...begun.value, ...asked, source: input.source, holds: stillStaging(id), ...(input.also ? { also: input.also } : {}) }) });
}
