import { randomBytes } from 'node:crypto';
import { isOn, OFF } from '../../domain/desensitisation/settings.ts';
import type { Settings } from '../../domain/desensitisation/settings.ts';
import { fail, ok } from '../../domain/problem.ts';
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

/** What is said until an owner sets what stayed behind. */
const LISTS_LEFT = 'The words, patterns and exceptions that this project hides stayed on the server that it came from. Its owner sets them anew on the page Desensitisation; nothing goes in or out until then.';

/** Settings as they are read. `listsLeft`: the project came from another server, where its own words, patterns and exceptions stayed; they are empty here. */
export type ReadSettings = { settings: Settings; version: number; listsLeft: boolean };

/** A project's settings with their version; version 0: none were ever set. */
export async function readSettings(app: Pick<App, 'secrets'>, db: Executor, projectId: string): Promise<Result<ReadSettings>> {
	const found = await desensitisation.newest(db, projectId);
	if (!found) return ok({ settings: OFF, version: 0, listsLeft: false });
	if (found.lists === null) return ok({ settings: { ...OFF, ...found.rules }, version: found.version, listsLeft: true });
	const lists = await app.secrets.open(found.lists, listsPlace(projectId, found.version));
	return lists.ok ? ok({ settings: { ...found.rules, ...(JSON.parse(lists.value) as Pick<Settings, 'words' | 'patterns' | 'exceptions'>) }, version: found.version, listsLeft: false }) : lists;
}

async function projectKey(app: Sealing, projectId: string): Promise<Result<string>> {
	const sealed = (await desensitisation.key(app.db, projectId)) ?? (await desensitisation.keepKey(app.db, projectId, await app.secrets.seal(randomBytes(32).toString('hex'), keyPlace(projectId))));
	return app.secrets.open(sealed, keyPlace(projectId));
}

/** Settings to which something is added: not while the lists that it would be added to are on another server. */
export function withLists({ settings, listsLeft }: ReadSettings): Result<Settings> {
	return listsLeft ? fail('not_ready', LISTS_LEFT) : ok(settings);
}

/** What a project wants looked for, ready for use; null: nothing. A problem where this process cannot open the project's lists, or they stayed on another server: then nothing of it may go on. */
export async function rulesOf(app: Sealing, projectId: string): Promise<Result<ProjectRules | null>> {
	const read = await readSettings(app, app.db, projectId);
	if (!read.ok) return read;
	if (!isOn(read.value.settings)) return ok(null);
	if (read.value.listsLeft) return fail('not_ready', LISTS_LEFT);
	const key = await projectKey(app, projectId);
	return key.ok ? ok(projectRules({ ...read.value, key: key.value })) : key;
}
