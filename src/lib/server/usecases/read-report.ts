import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { ReportDocument } from '../../domain/report/document.ts';
import type { Locale } from '../../domain/rule-setting-words.ts';
import { ArtifactDamaged } from '../artifacts/store.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as decisionReports from '../db/decision-reports.ts';
import type { ReportFile, ReportFormat } from '../db/decision-reports.ts';
import * as decisions from '../db/decisions.ts';
import type { Decision } from '../db/decisions.ts';
import * as walls from '../db/walls.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

type Asked = { checkpointId: string; /** Else the newest. */ decisionId?: string | undefined };

const NONE = 'Nothing has been decided on this checkpoint, or it was decided before reports were kept.';

/** The report of a decision, for who may see every word in it. Empty files: it is being written. */
async function reach(app: Pick<App, 'db'>, actor: Actor, { checkpointId, decisionId }: Asked): Promise<Result<{ checkpoint: Checkpoint; decision: Decision | null; files: ReportFile[] }>> {
	const found = await reachCheckpoint(app.db, actor, checkpointId, 'checkpoint.read');
	if (!found.ok) return found;
	const signed = (await decisions.of(app.db, checkpointId)).filter(({ signatures }) => signatures.length > 0);
	const decision = decisionId === undefined ? signed[0] : signed.find(({ id }) => id === decisionId);
	if (!decision) return decisionId === undefined ? ok({ checkpoint: found.value.checkpoint, decision: null, files: [] }) : fail('not_found', NONE);
	if (await walls.hidesOfReport(app.db, actor.userId, decision.id)) return fail('walled', 'This report shows questions of a matter that you are walled off from. Somebody else must hand it on.');
	return ok({ checkpoint: found.value.checkpoint, decision, files: await decisionReports.files(app.db, decision.id) });
}

/** A report as its page shows it. */
export type ReportView = {
	checkpoint: { id: string; name: string };
	/** Null: nothing is decided yet. */
	decision: Pick<Decision, 'id' | 'decision' | 'createdAt'> | null;
	/** Null: it is being written. */
	document: ReportDocument | null;
	files: Pick<ReportFile, 'format' | 'locale' | 'sha256' | 'bytes'>[];
};

/** Reads a report in one language. */
export async function readReport(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: Asked & { locale: Locale }): Promise<Result<ReportView>> {
	const found = await reach(app, actor, input);
	if (!found.ok) return found;
	const { checkpoint, decision, files } = found.value;
	const own = files.filter(({ locale }) => locale === input.locale);
	const document = own.find(({ format }) => format === 'document');
	const shown = { checkpoint: { id: checkpoint.id, name: checkpoint.name }, decision: decision && { id: decision.id, decision: decision.decision, createdAt: decision.createdAt }, files: own.filter(({ format }) => format !== 'document') };
	if (!document) return ok({ ...shown, document: null });
	try {
		return ok({ ...shown, document: JSON.parse(await readText(app.artifacts.read(document.sha256))) as ReportDocument });
	} catch (error) {
		if (error instanceof ArtifactDamaged) return fail('gone', `The report's bytes no longer match its hash: ${error.message}.`);
		throw error;
	}
}

/** A report as a file, byte by byte as it was frozen. Whoever takes one out is in the audit. */
export async function exportReport(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, input: Asked & { locale: Locale; format: Exclude<ReportFormat, 'document'> }): Promise<Result<{ stream: Readable; name: string; bytes: number; sha256: string }>> {
	const found = await reach(app, actor, input);
	if (!found.ok) return found;
	const { checkpoint, decision, files } = found.value;
	if (!decision) return fail('not_found', NONE);
	const file = files.find(({ format, locale }) => format === input.format && locale === input.locale);
	if (!file) return fail('not_ready', 'The report is being written. Ask again in a few seconds; a worker must be running.', { facts: { retryAfter: 5 } });
	if (!(await app.artifacts.has(file.sha256))) return fail('gone', 'The file is missing from the artifact store.');
	await app.db.transaction((tx) => record(tx, actor, { action: 'report.export', projectId: checkpoint.projectId, subject: ['decision', decision.id], details: { format: file.format, locale: file.locale, sha256: file.sha256 } }));
	return ok({ stream: app.artifacts.read(file.sha256), name: `report-${checkpoint.name}-${decision.createdAt.slice(0, 10)}.${file.format}`, bytes: file.bytes, sha256: file.sha256 });
}
