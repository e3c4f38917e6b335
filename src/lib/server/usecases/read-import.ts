import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as imports from '../db/imports.ts';
import type { Import, ImportError, SampleRow } from '../db/imports.ts';
import { allow } from './access.ts';
import { SAMPLE_ROWS, SHOWN_ERRORS } from './stream-import.ts';

async function mayRead(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<Import>> {
	const found = await imports.get(app.db, id);
	if (!found) return fail('not_found', 'There is no such import.');
	const access = await allow(app.db, actor, { id: found.projectId }, 'import.read');
	return access.ok ? ok(found) : access;
}

/** How an import is or how it ended, with the first rows that could not be taken; with its first rows while it waits, for who sent the file alone: no wall was asked yet. */
export async function readImport(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<Import & { errors: ImportError[]; sample: SampleRow[] }>> {
	const found = await mayRead(app, actor, id);
	if (!found.ok) return found;
	const { status, createdBy } = found.value;
	const sample = status === 'scanned' && createdBy === actor.userId ? await imports.sample(app.db, id, SAMPLE_ROWS) : [];
	return ok({ ...found.value, errors: await imports.errors(app.db, id, SHOWN_ERRORS), sample });
}

/** Errors read at a time: the memory of a download, however many there are. */
const PAGE = 5000;

async function* errorLines(app: Pick<App, 'db'>, id: string): AsyncGenerator<string> {
	for (let after = 0; ; ) {
		const page = await imports.errorsAfter(app.db, id, after, PAGE);
		yield page.map((error) => `${JSON.stringify(error)}\n`).join('');
		if (page.length < PAGE) return;
		after = page.at(-1)?.line ?? after;
	}
}

/** Every row that could not be taken, a JSON line each. */
export async function readImportErrors(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<AsyncGenerator<string>>> {
	const found = await mayRead(app, actor, id);
	return found.ok ? ok(errorLines(app, id)) : found;
}

/** Newest imports of a project. */
export async function listImports(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Import[]>> {
	const access = await allow(app.db, actor, { slug }, 'import.read');
	return access.ok ? ok(await imports.list(app.db, access.value.project.id)) : access;
}
