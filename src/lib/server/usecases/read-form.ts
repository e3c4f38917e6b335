import type { JudgingForm } from '../../domain/judging-form.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';

/** The judging form in force, for whoever may read the guideline; null before somebody composed one. */
export async function readForm(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ version: number; form: JudgingForm } | null>> {
	const access = await allow(app.db, actor, { slug }, 'guideline.read');
	if (!access.ok) return access;
	return ok(await projects.judgingForm(app.db, access.value.project.id));
}
