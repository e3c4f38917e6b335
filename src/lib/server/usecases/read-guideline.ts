import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as guidelines from '../db/guidelines.ts';
import type { GuidelineVersion } from '../db/guidelines.ts';
import { allow } from './access.ts';

/** The guideline in force, or one version of it; null before somebody wrote one. */
export async function readGuideline(app: Pick<App, 'db'>, actor: Actor, slug: string, version?: number): Promise<Result<GuidelineVersion | null>> {
	const access = await allow(app.db, actor, { slug }, 'guideline.read');
	if (!access.ok) return access;
	const found = await guidelines.get(app.db, access.value.project.id, version);
	return found || version === undefined ? ok(found) : fail('not_found', `The guideline has no version ${version}.`);
}
