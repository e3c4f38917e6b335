import { randomBytes } from 'node:crypto';
import { isOn, OFF } from '../../domain/desensitisation/settings.ts';
import type { Settings } from '../../domain/desensitisation/settings.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Executor } from '../db/client.ts';
import * as desensitisation from '../db/desensitisation.ts';
import { projectRules } from '../desensitisation/project-rules.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';

type Sealing = Pick<App, 'db' | 'secrets'>;

/** Where the lists of one version lie: they open nowhere else. */
export const listsPlace = (projectId: string, version: number) => `desensitisation:${projectId}:${version}`;
const keyPlace = (projectId: string) => `desensitisation-key:${projectId}`;

/** A project's settings with their version; version 0: none were ever set. */
export async function readSettings(app: Pick<App, 'secrets'>, db: Executor, projectId: string): Promise<Result<{ settings: Settings; version: number }>> {
	const found = await desensitisation.newest(db, projectId);
	if (!found) return ok({ settings: OFF, version: 0 });
	const lists = await app.secrets.open(found.lists, listsPlace(projectId, found.version));
	return lists.ok ? ok({ settings: { ...found.rules, ...(JSON.parse(lists.value) as Pick<Settings, 'words' | 'patterns' | 'exceptions'>) }, version: found.version }) : lists;
}

async function projectKey(app: Sealing, projectId: string): Promise<Result<string>> {
	const sealed = (await desensitisation.key(app.db, projectId)) ?? (await desensitisation.keepKey(app.db, projectId, await app.secrets.seal(randomBytes(32).toString('hex'), keyPlace(projectId))));
	return app.secrets.open(sealed, keyPlace(projectId));
}

/** What a project wants looked for, ready for use; null: nothing. A problem where this process cannot open the project's lists: then nothing of it may go on. */
export async function rulesOf(app: Sealing, projectId: string): Promise<Result<ProjectRules | null>> {
	const read = await readSettings(app, app.db, projectId);
	if (!read.ok) return read;
	if (!isOn(read.value.settings)) return ok(null);
	const key = await projectKey(app, projectId);
	return key.ok ? ok(projectRules({ ...read.value, key: key.value })) : key;
}
