import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as imports from '../db/imports.ts';
import type { Import, ImportError } from '../db/imports.ts';
import { allow } from './access.ts';

/** How an import is or how it ended, with the rows that could not be taken. */
export async function readImport(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<Import & { errors: ImportError[] }>> {
	const found = await imports.get(app.db, id);
	if (!found) return fail('not_found', 'There is no such import.');
	const access = await allow(app.db, actor, { id: found.projectId }, 'import.read');
	if (!access.ok) return access;
	return ok({ ...found, errors: await imports.errors(app.db, id) });
}

/** Newest imports of a project. */
export async function listImports(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Import[]>> {
	const access = await allow(app.db, actor, { slug }, 'import.read');
	return access.ok ? ok(await imports.list(app.db, access.value.project.id)) : access;
}
