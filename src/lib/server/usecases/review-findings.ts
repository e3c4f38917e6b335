import type { Kind } from '../../domain/desensitisation/kind.ts';
import { looksForNames } from '../../domain/desensitisation/settings.ts';
import type { OwnWord } from '../../domain/desensitisation/settings.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as findings from '../db/findings.ts';
import type { FoundLine } from '../db/findings.ts';
import * as imports from '../db/imports.ts';
import type { Import } from '../db/imports.ts';
import * as masking from '../db/masking-imports.ts';
import { allow } from './access.ts';
import { maskAgain } from './mask-names.ts';
import { originalPlace } from './mask-rows.ts';
import { rulesOf, withLists } from './project-rules.ts';
import { changeSettings } from './put-desensitisation.ts';
import { inTransaction } from './transaction.ts';

type SealingApp = Pick<App, 'db' | 'secrets'>;

/** Findings of an import, a page at a time, with the counts of all of them. */
export type FindingsPage = { import: Import; findings: FoundLine[]; next: number | null };

/** What was found in an import, as it stands in its rows now. What lies behind a wall for who asks is left out. */
export async function listFindings(app: Pick<App, 'db'>, actor: Actor, input: { importId: string; kind: Kind | null; after: number; limit: number }): Promise<Result<FindingsPage>> {
	const found = await imports.get(app.db, input.importId);
	if (!found) return fail('not_found', 'There is no such import.');
	const access = await allow(app.db, actor, { id: found.projectId }, 'finding.review');
	if (!access.ok) return access;
	const lines = await findings.list(app.db, { importId: found.id, userId: actor.userId, kind: input.kind, after: input.after, limit: input.limit + 1 });
	const shown = lines.slice(0, input.limit);
	return ok({ import: found, findings: shown, next: lines.length > input.limit ? (shown.at(-1)?.position ?? null) : null });
}

/** What stood where something was hidden. Who looked, and at which finding, is in the audit before they see it. */
export async function revealOriginal(app: SealingApp, actor: Actor, id: string): Promise<Result<{ original: string }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await findings.get(tx, id, actor.userId);
		if (!found) return fail('not_found', 'There is no such finding.');
		const access = await allow(tx, actor, { id: found.projectId }, 'original.read');
		if (!access.ok) return access;
		if (found.sealed === null) return fail('gone', found.action === 'flag' ? 'Nothing was hidden here.' : 'The project kept no originals when this was hidden: nobody can read it any more.');
		const original = await app.secrets.open(found.sealed, originalPlace(found.importId, found.position));
		if (!original.ok) return original;
		await record(tx, actor, { action: 'original.read', projectId: found.projectId, subject: ['finding', id], details: { importId: found.importId, kind: found.kind } });
		return ok({ original: original.value });
	});
}

/** Says that a value is not sensitive: a new version of the settings lets it pass, in what comes from now on. What was hidden stays hidden. */
export async function exceptFinding(app: SealingApp, actor: Actor, id: string): Promise<Result<{ version: number }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await findings.get(tx, id, actor.userId);
		if (!found) return fail('not_found', 'There is no such finding.');
		const access = await allow(tx, actor, { id: found.projectId }, 'desensitisation.manage');
		if (!access.ok) return access;
		const { projectId, kind, valueKey } = found;
		return changeSettings(app, tx, actor, projectId, (now) => {
			const lists = withLists(now);
			if (!lists.ok) return lists;
			const settings = lists.value;
			if (settings.exceptions.some((one) => one.kind === kind && one.key === valueKey)) return ok(null);
			return settings.exceptions.length < 20_000 ? ok({ ...settings, exceptions: [...settings.exceptions, { kind, key: valueKey }] }) : fail('conflict', 'The list of exceptions is full.');
		});
	});
}

/** Adds a word that was missed; a new version of the settings finds it from now on. */
export async function addOwnWord(app: SealingApp, actor: Actor, input: { slug: string; word: OwnWord }): Promise<Result<{ version: number }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'desensitisation.manage');
		if (!access.ok) return access;
		return changeSettings(app, tx, actor, access.value.project.id, (now) => {
			const lists = withLists(now);
			if (!lists.ok) return lists;
			const settings = lists.value;
			if (settings.words.some((one) => one.text === input.word.text && one.kind === input.word.kind)) return ok(null);
			return settings.words.length < 5000 ? ok({ ...settings, words: [...settings.words, input.word] }) : fail('conflict', 'The list of words is full.');
		});
	});
}

/**
 * Looks through the rows of a dry run once more under the settings in force now,
 * so that a word which was added hides what it names. What was hidden stays
 * hidden: for an exception to count, the file is sent again.
 */
export async function rescanImport(app: Pick<App, 'db' | 'secrets' | 'log'>, actor: Actor, id: string): Promise<Result<Import>> {
	const begun = await inTransaction(app.db, async (tx) => {
		const found = await imports.get(tx, id);
		if (!found) return fail('not_found', 'There is no such import.');
		const access = await allow(tx, actor, { id: found.projectId }, 'finding.review');
		if (!access.ok) return access;
		const rules = await rulesOf(app, found.projectId);
		if (!rules.ok) return rules;
		if ((await imports.lockStatus(tx, id)) !== 'scanned') return fail('conflict', 'Only an import that waits to be taken can be looked through again. Send the file again.');
		if (found.desensitised === null) return fail('conflict', 'Nothing was looked for when this file was read. Send it again.');
		const names = rules.value !== null && looksForNames(rules.value.settings);
		const state = { dryRun: true, skipBad: true, done: 0, trouble: null };
		await masking.waitForNames(tx, id, state, { taken: !names });
		await record(tx, actor, { action: 'import.rescan', projectId: found.projectId, subject: ['import', id], details: { version: rules.value?.version ?? 0 } });
		return ok({ found: { id, projectId: found.projectId, rows: found.rows, rejected: found.rejected, masking: state, desensitised: found.desensitised }, rules: rules.value, names });
	});
	if (!begun.ok) return begun;
	if (!begun.value.names) await maskAgain(app, begun.value.found, begun.value.rules);
	const now = await imports.get(app.db, id);
	return now ? ok(now) : fail('not_found', 'There is no such import.');
}
