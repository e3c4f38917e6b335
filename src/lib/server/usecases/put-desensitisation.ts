import type { Settings } from '../../domain/desensitisation/settings.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as desensitisation from '../db/desensitisation.ts';
import * as projects from '../db/projects.ts';
import { patternDetectors } from '../desensitisation/patterns.ts';
import { allow } from './access.ts';
import { listsPlace, readSettings } from './project-rules.ts';
import type { ReadSettings } from './project-rules.ts';
import { inTransaction } from './transaction.ts';

/** Adds a version of settings. What was imported before stays as it is; what the lists say is not told to the audit. The project must be serialised. */
async function addSettings(app: Pick<App, 'secrets'>, tx: Tx, actor: Actor, of: { projectId: string; version: number; settings: Settings }): Promise<void> {
	const { words, patterns, exceptions, ...rules } = of.settings;
	const lists = await app.secrets.seal(JSON.stringify({ words, patterns, exceptions }), listsPlace(of.projectId, of.version));
	await desensitisation.insert(tx, { projectId: of.projectId, version: of.version, rules, lists, createdBy: actor.userId });
	await record(tx, actor, { action: 'desensitisation.put', projectId: of.projectId, subject: ['desensitisation', `${of.projectId}/${of.version}`], details: { ...rules, words: words.length, patterns: patterns.length, exceptions: exceptions.length } });
}

/** Changes settings as they are in force, under the project's lock. Gives the version in force then: a new one, unless `change` says null. */
export async function changeSettings(app: Pick<App, 'secrets'>, tx: Tx, actor: Actor, projectId: string, change: (now: ReadSettings) => Result<Settings | null>): Promise<Result<{ version: number }>> {
	await projects.serialise(tx, projectId);
	const now = await readSettings(app, tx, projectId);
	if (!now.ok) return now;
	const changed = change(now.value);
	if (!changed.ok) return changed;
	if (changed.value === null) return ok({ version: now.value.version });
	const version = now.value.version + 1;
	await addSettings(app, tx, actor, { projectId, version, settings: changed.value });
	return ok({ version });
}

/** Sets what a project keeps out of its record, for what comes from now on. `basedOn`: the version that was seen; another one since is a conflict. */
export async function putDesensitisation(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: { slug: string; settings: Settings; basedOn?: number | undefined }): Promise<Result<{ version: number }>> {
	const patterns = patternDetectors(input.settings.patterns);
	if (!patterns.ok) return patterns;
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'desensitisation.manage');
		if (!access.ok) return access;
		return changeSettings(app, tx, actor, access.value.project.id, ({ version }) =>
			input.basedOn !== undefined && input.basedOn !== version ? fail('conflict', `Somebody set version ${version} meanwhile. Look at it and set yours again.`, { facts: { version } }) : ok(input.settings)
		);
	});
}
