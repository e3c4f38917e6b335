import { addCounts, countFindings, totalOf } from '../../domain/desensitisation/counts.ts';
import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import { maskMessages } from '../../domain/desensitisation/mask-messages.ts';
import type { Split } from '../../domain/holdout.ts';
import type { Message } from '../../domain/message.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { TrainingRow } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as desensitisation from '../db/desensitisation.ts';
import { maskRecord } from '../../domain/desensitisation/mask-record.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';
import { rulesOf } from './project-rules.ts';

type CheckApp = Pick<App, 'db' | 'secrets'>;
/** A split of a snapshot that is to leave. */
type Leaving = { split: Split; rows: () => AsyncIterable<TrainingRow> };

/** What is found in a row, and the row with it hidden. What is only told of at import is told of here too, and does not stand in the way. */
function checked(row: TrainingRow, rules: ProjectRules): { row: TrainingRow; counts: FindingCounts; hidden: boolean } {
	const masked = maskRecord(row, rules, rules.pseudonym);
	return { row: masked.value as TrainingRow, counts: countFindings(masked.findings), hidden: masked.findings.some(({ action }) => action !== 'flag') };
}

/**
 * Looks through the splits of a snapshot that are to leave: what people wrote since
 * the import (rewrites, labels) was never looked through. Gives what is done to each
 * row on its way out (null: nothing), or a problem where the project refuses. What
 * was found is kept for each split, and in the audit: what one split holds says
 * nothing of another.
 */
export async function checkExport(app: CheckApp, actor: Actor, of: { snapshotId: string; projectId: string; splits: readonly Leaving[] }): Promise<Result<((row: TrainingRow) => TrainingRow) | null>> {
	const found = await rulesOf(app, of.projectId);
	if (!found.ok) return found;
	const rules = found.value;
	if (!rules || rules.settings.onExport === 'allow') return ok(null);
	let scan: desensitisation.SnapshotScan = { rows: 0, rowsFound: 0, counts: {} };
	for (const leaving of of.splits) {
		const found = (await desensitisation.snapshotScan(app.db, { snapshotId: of.snapshotId, split: leaving.split, version: rules.version })) ?? (await look(app, actor, { ...of, ...leaving }, rules));
		scan = { rows: scan.rows + found.rows, rowsFound: scan.rowsFound + found.rowsFound, counts: addCounts(scan.counts, found.counts) };
	}
	if (scan.rowsFound === 0) return ok(null);
	if (rules.settings.onExport === 'mask') return ok((row) => checked(row, rules).row);
	return refused(scan);
}

const refused = (scan: desensitisation.SnapshotScan) =>
	fail('sensitive', `${scan.rowsFound} of ${scan.rows} rows hold something that the project hides (${Object.keys(scan.counts).join(', ')}). The project refuses to let them leave; its owner can let exports be masked instead.`, { facts: { rows: scan.rowsFound, findings: totalOf(scan.counts) } });

async function look(app: CheckApp, actor: Actor, of: { snapshotId: string; projectId: string } & Leaving, rules: ProjectRules): Promise<desensitisation.SnapshotScan> {
	let [rows, rowsFound] = [0, 0];
	let counts: FindingCounts = {};
	for await (const row of of.rows()) {
		rows += 1;
		const found = checked(row, rules);
		if (found.hidden) rowsFound += 1;
		counts = addCounts(counts, found.counts);
		// The web process answers others meanwhile.
		if (rows % 200 === 0) await new Promise((done) => setImmediate(done));
	}
	const scan = { rows, rowsFound, counts };
	await app.db.transaction(async (tx) => {
		await desensitisation.keepSnapshotScan(tx, { snapshotId: of.snapshotId, split: of.split, version: rules.version, ...scan });
		await record(tx, actor, { action: 'snapshot.check', projectId: of.projectId, subject: ['snapshot', of.snapshotId], details: { version: rules.version, split: of.split, rows, rowsFound, counts } });
	});
	return scan;
}

/**
 * What is done to lines on their way out, of which these fields hold what people
 * wrote (null: nothing), or a problem where the project refuses and something is
 * found. `lines` are read once more by whoever sends them.
 */
export async function checkLines<Line extends object>(app: CheckApp, of: { projectId: string; words: readonly (keyof Line)[]; lines: () => AsyncIterable<readonly Line[]> }): Promise<Result<((line: Line) => Line) | null>> {
	const found = await rulesOf(app, of.projectId);
	if (!found.ok) return found;
	const rules = found.value;
	if (!rules || rules.settings.onExport === 'allow') return ok(null);
	const look = (line: Line) => maskRecord(Object.fromEntries(of.words.map((field) => [field, line[field]])), rules, rules.pseudonym);
	if (rules.settings.onExport === 'mask') return ok((line) => ({ ...line, ...(look(line).value as Partial<Line>) }));
	let [lines, linesFound] = [0, 0];
	let counts: FindingCounts = {};
	for await (const page of of.lines()) {
		for (const line of page) {
			const { findings } = look(line);
			lines += 1;
			if (findings.some(({ action }) => action !== 'flag')) linesFound += 1;
			counts = countFindings(findings, counts);
		}
		await new Promise((done) => setImmediate(done));
	}
	return linesFound === 0 ? ok(null) : refused({ rows: lines, rowsFound: linesFound, counts });
}

/** Hides what a project wants hidden in conversations on their way to an endpoint outside; gives them as they may go, in the same order, with what was found. */
export type Outgoing = (conversations: readonly (readonly Message[])[]) => { conversations: Message[][]; counts: FindingCounts };

/**
 * What stands between a project and endpoints outside: whoever sends words of it
 * out calls this once and hands every conversation through. A problem where the
 * project's lists cannot be opened here: then nothing may leave.
 */
export async function outgoingOf(app: CheckApp, projectId: string): Promise<Result<Outgoing>> {
	const found = await rulesOf(app, projectId);
	if (!found.ok) return found;
	const rules = found.value;
	if (!rules) return ok((conversations) => ({ conversations: conversations.map((one) => [...one]), counts: {} }));
	return ok((conversations) => {
		let counts: FindingCounts = {};
		const masked = conversations.map((messages) => {
			const { messages: safe, findings } = maskMessages(messages, rules);
			counts = countFindings(findings, counts);
			return safe;
		});
		return { conversations: masked, counts };
	});
}
