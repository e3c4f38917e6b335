import { countFindings, withoutFlags } from '../../domain/desensitisation/counts.ts';
import { everywhere } from '../../domain/desensitisation/everywhere.ts';
import type { Finding } from '../../domain/desensitisation/kind.ts';
import { maskRecord, textsOfRecord } from '../../domain/desensitisation/mask-record.ts';
import { looksForNames } from '../../domain/desensitisation/settings.ts';
import { readImportRow } from '../../domain/import-row.ts';
import type { ImportContext } from '../../domain/import-row.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as findings from '../db/findings.ts';
import type { NewFinding } from '../db/findings.ts';
import * as imports from '../db/imports.ts';
import * as masking from '../db/masking-imports.ts';
import type { MaskingImport } from '../db/masking-imports.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import type { Desensitised } from '../db/schema/import.ts';
import { refuseOtherMatters } from '../db/staged-questions.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';
import { around, recordPlace, toKept } from './mask-rows.ts';
import { rulesOf } from './project-rules.ts';
import { publishStaged, scanStaged } from './publish-import.ts';

/** Finds the names of people and organisations in texts: for each, where they stand (UTF-16 units). */
export type NameFinder = (texts: readonly string[]) => Promise<Finding[][]>;

type MaskApp = Pick<App, 'db' | 'secrets' | 'log'>;

/** A worker that was silent for so long has died over an import: another takes it. */
const STALE_SECONDS = 120;
/** What is looked through at a time: rows, and bytes of them as they lie encrypted. One row may be longer. */
const BATCH = { rows: 100, bytes: 4_000_000 };

/** Carries out of a step that the import is not there any more, or not as it was. */
class Gone extends Error {}

async function ready(tx: Tx, id: string): Promise<void> {
	if ((await imports.lockStatus(tx, id)) !== 'masking') throw new Gone();
}

/** Whether an import waits for names to be looked for: only then a worker gets its detector ready. */
export async function namesAreWanted(app: Pick<App, 'db'>): Promise<boolean> {
	return masking.wanted(app.db);
}

/** Says on every import that waits for names why it does. */
export async function tellNamesMissing(app: Pick<App, 'db'>, why: string): Promise<void> {
	await masking.tellTrouble(app.db, why);
}

/**
 * Takes the next import that waits for names, looks for them in its rows and does
 * what comes after: publishes it, or lets it wait to be taken after a dry run.
 * False: none waits. What a dead worker had done of it stays done.
 */
export async function maskNextImport(app: MaskApp, find: NameFinder, signal: AbortSignal, batch = BATCH): Promise<boolean> {
	const found = await masking.take(app.db, STALE_SECONDS);
	if (!found) return false;
	try {
		const rules = await rulesOf(app, found.projectId);
		if (!rules.ok) await masking.giveBack(app.db, found.id, rules.problem.detail);
		else if (await maskRows(app, found, rules.value, find, { signal, batch })) await goOn(app, found);
	} catch (error) {
		if (error instanceof Gone) return true;
		app.log.error({ err: error, importId: found.id }, 'names could not be looked for');
		await masking.giveBack(app.db, found.id, 'Looking for names failed; the worker’s log says why. It is tried again in a while.');
	}
	return true;
}

/** Looks through every row that was not looked through yet. False: the process goes down before it is done. */
async function maskRows(app: MaskApp, found: MaskingImport, rules: ProjectRules | null, find: NameFinder, { signal, batch }: { signal: AbortSignal; batch: typeof BATCH }): Promise<boolean> {
	const { id, projectId } = found;
	const project = await members.projectById(app.db, projectId);
	const context: ImportContext = { seed: project.seed, splitSalt: project.splitSalt, shares: project.splitShares, systemPrompt: await projects.systemPrompt(app.db, projectId), matterIsGroup: project.matterIsGroup };
	let state = { ...found.masking, trouble: null };
	let position = await findings.lastPosition(app.db, id);
	// What rules only tell of stands in the rows and is found again: it is told of once, by this pass.
	if (state.done === 0) await app.db.transaction((tx) => findings.remove(tx, id, 'flagged'));
	const before = found.desensitised?.counts ?? {};
	// Rows that a worker which died had looked through are as its settings wanted them.
	let sums: Desensitised = state.done === 0 ? { version: rules?.version ?? 0, counts: withoutFlags(before) } : { version: found.desensitised?.version ?? 0, counts: before };
	for (;;) {
		if (signal.aborted) return false;
		const sealed = await masking.sealedRows(app.db, id, { afterLine: state.done, ...batch });
		const last = sealed.at(-1);
		if (!last) break;
		const records = await Promise.all(sealed.map(async (row) => ({ line: row.line, value: await opened(app, id, row) })));
		const texts = records.map(({ value }) => textsOfRecord(value));
		const names = rules && looksForNames(rules.settings) ? await find(texts.flat().map(({ text }) => text)) : [];
		let next = 0;
		const rows: Parameters<typeof masking.replaceRows>[2]['rows'][number][] = [];
		const errors: imports.ImportError[] = [];
		const kept: NewFinding[] = [];
		const said = new Map<string, string>();
		for (const [index, { line, value }] of records.entries()) {
			const own = texts[index] ?? [];
			const found = everywhere(own.map(({ text }) => text), names.slice(next, (next += own.length)));
			const here = new Map(own.map(({ field }, place) => [field, found[place] ?? []]));
			const masked = rules ? maskRecord(value, rules, rules.pseudonym, (field) => here.get(field) ?? []) : { value, findings: [] };
			const read = readImportRow(masked.value, line, context);
			if (!read.ok) {
				errors.push({ line, ...read.error });
				continue;
			}
			for (const { field, text } of textsOfRecord(masked.value)) said.set(`${line}\0${field}`, text);
			rows.push({ ...read.row, sealed: await app.secrets.seal(JSON.stringify(masked.value), recordPlace(id, line)) });
			if (!rules) continue;
			kept.push(...(await toKept(app, rules, { importId: id, line, matter: read.row.matter, findings: masked.findings, after: position, around: true })));
			position += masked.findings.length;
			sums = { ...sums, counts: countFindings(masked.findings, sums.counts) };
		}
		state = { ...state, done: last.line };
		await app.db.transaction(async (tx) => {
			await ready(tx, id);
			await masking.replaceRows(tx, id, { rows, errors, masking: state });
			const bare = await findings.withoutContext(tx, id, { from: sealed[0]?.line ?? 0, to: last.line });
			await findings.setContexts(tx, contextsOf(bare, said));
			await findings.insert(tx, { projectId, importId: id, findings: kept });
			await findings.addCounts(tx, id, sums);
		});
	}
	await app.db.transaction(async (tx) => {
		await ready(tx, id);
		await findings.addCounts(tx, id, sums);
	});
	return true;
}

/** The text around findings of rows in which names were hidden since: the n-th of a field is the n-th that reads like it. */
function contextsOf(bare: readonly findings.BareFinding[], said: ReadonlyMap<string, string>): { id: string; before: string; after: string }[] {
	const next = new Map<string, number>();
	return bare.map(({ id, line, field, shown }) => {
		const text = said.get(`${line}\0${field}`) ?? '';
		const key = `${line}\0${field}\0${shown}`;
		const start = text.indexOf(shown, next.get(key) ?? 0);
		if (start < 0) return { id, before: '', after: '' };
		next.set(key, start + shown.length);
		return { id, ...around(text, start, start + shown.length) };
	});
}

async function opened(app: MaskApp, importId: string, row: { line: number; sealed: string }): Promise<unknown> {
	const text = await app.secrets.open(row.sealed, recordPlace(importId, row.line));
	if (!text.ok) throw new Error(text.problem.detail);
	return JSON.parse(text.value) as unknown;
}

/** Looks through an import that waits to be taken once more, under the settings in force now; a worker does where names are looked for. */
export async function maskAgain(app: MaskApp, found: MaskingImport, rules: ProjectRules | null): Promise<void> {
	await maskRows(app, found, rules, (texts) => Promise.resolve(texts.map(() => [])), { signal: new AbortController().signal, batch: BATCH });
	await goOn(app, found);
}

/** What comes after, where the settings are still those that it was looked through under: an import in which rows cannot be taken any more is refused as a whole unless they may be left out. */
async function goOn(app: MaskApp, { id, projectId }: MaskingImport): Promise<void> {
	const { masking: state, rejected, rows } = (await imports.get(app.db, id)) ?? {};
	if (!state) throw new Gone();
	if (state.dryRun) {
		await scanStaged(app.db, null, { id, projectId }, (tx) => ready(tx, id));
		return;
	}
	await app.db.transaction(async (tx) => {
		await projects.serialise(tx, projectId);
		await ready(tx, id);
		const bad = (rejected ?? 0) + (await refuseOtherMatters(tx, id));
		if (bad > 0 && !state.skipBad) {
			await imports.finish(tx, id, { status: 'refused', accepted: 0, duplicates: 0, message: `${bad} of ${rows ?? 0} rows cannot be taken once names are hidden. Nothing was taken. Mend them, or send the file with skipBad=true to take the rest.` });
			await record(tx, null, { action: 'import.refused', projectId, subject: ['import', id] });
			return;
		}
		// Under settings that changed meanwhile it is looked through again.
		if (!(await publishStaged(tx, null, { id, projectId }))) await masking.waitForNames(tx, id, { ...state, done: 0, trouble: null });
	});
}
