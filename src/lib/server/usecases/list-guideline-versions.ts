import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as guidelines from '../db/guidelines.ts';
import { allow } from './access.ts';

/** Versions of a project's guideline, newest first: the first is in force. */
export async function listGuidelineVersions(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ version: number; createdAt: string }[]>> {
	const access = await allow(app.db, actor, { slug }, 'guideline.read');
	return access.ok ? ok(await guidelines.versions(app.db, access.value.project.id)) : access;
}
