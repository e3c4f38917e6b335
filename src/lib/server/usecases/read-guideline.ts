import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';

/** The guideline in force; null before somebody wrote one. */
export async function readGuideline(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ version: number; body: string } | null>> {
	const access = await allow(app.db, actor, { slug }, 'guideline.read');
	if (!access.ok) return access;
	const guideline = await projects.guideline(app.db, access.value.project.id);
	return ok(guideline ? { version: guideline.version, body: guideline.body } : null);
}
