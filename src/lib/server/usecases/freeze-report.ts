import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Example } from '../../domain/decision-examples.ts';
import { maskMessages } from '../../domain/desensitisation/mask-messages.ts';
import { messagesText } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { reportDocument } from '../../domain/report/document.ts';
import type { ReportDocument } from '../../domain/report/document.ts';
import type { ReportedExample, ReportFacts } from '../../domain/report/facts.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as decisionReports from '../db/decision-reports.ts';
import type { ReportFile } from '../db/decision-reports.ts';
import * as decisions from '../db/decisions.ts';
import type { Decision } from '../db/decisions.ts';
import * as members from '../db/members.ts';
import * as runs from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import * as users from '../db/users.ts';
import * as walls from '../db/walls.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';
import { rulesOf } from './project-rules.ts';
import { cardFacts, withoutTags } from './read-card.ts';
import { areStored } from './store-citing.ts';

type ReportApp = Pick<App, 'db' | 'artifacts' | 'secrets'>;

/** A report that is to be written, in both languages. */
export type ReportToFreeze = { decisionId: string; projectId: string; documents: ReportDocument[]; promptIds: string[] };

const named = ({ id, name, kind, sha256 }: Checkpoint) => ({ id, name, kind, sha256 });

/** The examples that were chosen with the decision, with their words as the project hides them; of matters before which a wall stands by now, none. */
async function examplesOf(app: ReportApp, checkpoint: Checkpoint, chosen: readonly Example[], rules: ProjectRules | null): Promise<{ examples: ReportedExample[]; promptIds: string[] }> {
	const open = await walls.openToAll(app.db, chosen.map(({ comparisonId }) => comparisonId));
	const shown = chosen.filter(({ comparisonId }) => open.has(comparisonId));
	const words = await decisionReports.wordsOf(app.db, { comparisonIds: shown.map(({ comparisonId }) => comparisonId), checkpointId: checkpoint.id });
	// Together, so that a name is hidden under the same word in the question and in both answers.
	const hidden = (parts: Message[][]): string[] => {
		const all = rules ? maskMessages(parts.flat(), rules).messages : parts.flat();
		return parts.map((part, place) => {
			const from = parts.slice(0, place).reduce((sum, before) => sum + before.length, 0);
			return messagesText(all.slice(from, from + part.length));
		});
	};
	const found = shown.flatMap(({ comparisonId, won, votes }) => {
		const said = words.get(comparisonId);
		if (!said) return [];
		const [prompt = '', candidate = '', parent = ''] = hidden([said.prompt, said.candidate, said.parent]);
		return [{ promptId: said.promptId, example: { won, votes, prompt, candidate, parent } }];
	});
	return { examples: found.map(({ example }) => example), promptIds: [...new Set(found.map(({ promptId }) => promptId))] };
}

async function runOf(app: ReportApp, checkpoint: Checkpoint): Promise<{ model: ReportFacts['model']['run']; data: ReportFacts['data'] }> {
	const run = checkpoint.runId ? await runs.get(app.db, checkpoint.runId) : null;
	if (!run) return { model: null, data: null };
	const snapshot = await snapshots.get(app.db, run.snapshotId);
	const [card, by] = await Promise.all([snapshot ? cardFacts(app, snapshot) : null, users.personOf(app.db, run.createdBy)]);
	// Frozen for whoever reads it, so that a wall before some of the snapshot, standing or to come, tells nothing by a tag.
	const data = card?.ok ? { ...card.value, manifest: withoutTags(card.value.manifest) } : null;
	const { objective: _, ...settings } = run.recipe as Record<string, unknown>;
	return { model: { id: run.id, objective: run.objective, settings, startedBy: by?.name ?? run.createdBy }, data };
}

async function lineageOf(app: ReportApp, checkpoint: Checkpoint): Promise<ReportFacts['lineage']> {
	const line = await checkpoints.lineage(app.db, checkpoint.id);
	return Promise.all(line.map(async (one) => ({ ...named(one), runId: one.runId, snapshotSha256: one.runId ? ((await runs.get(app.db, one.runId))?.snapshotSha256 ?? null) : null })));
}

async function factsOf(app: ReportApp, decision: Decision, checkpoint: Checkpoint): Promise<Result<{ facts: ReportFacts; promptIds: string[] }>> {
	const rules = await rulesOf(app, checkpoint.projectId);
	if (!rules.ok) return rules;
	const figures = decision.figures as Partial<Pick<ReportFacts, 'evaluation' | 'people' | 'look' | 'gate'> & { examples: Example[]; from: ReportFacts['decision']['from']; form: ReportFacts['decision']['form'] }>;
	const [project, run, lineage, shown, overlapping] = await Promise.all([
		members.projectById(app.db, checkpoint.projectId),
		runOf(app, checkpoint),
		lineageOf(app, checkpoint),
		examplesOf(app, checkpoint, figures.examples ?? [], rules.value),
		overlaps.trainedHeldOutOf(app.db, checkpoint.id)
	]);
	const { id, decision: decided, reason, reasonHash, createdAt, gateVersion, overridden, fourEyes, signatures } = decision;
	return ok({
		promptIds: shown.promptIds,
		facts: {
			project: { slug: project.slug, name: project.name },
			decision: { id, decision: decided, reason, reasonHash, at: createdAt, gateVersion, overridden, fourEyes: fourEyes === true, signatures: signatures.map(({ name, role, signedAt }) => ({ name, role, at: signedAt })), from: figures.from ?? null, form: figures.form ?? null },
			model: { ...named(checkpoint), bytes: checkpoint.bytes, step: checkpoint.step, files: checkpoint.files ?? [], run: run.model },
			lineage,
			data: run.data,
			evaluation: figures.evaluation ?? null,
			people: figures.people ?? null,
			look: figures.look ?? null,
			gate: figures.gate ?? null,
			examples: shown.examples,
			overlaps: overlapping
		}
	});
}

/** The oldest decision whose report is not written yet, but these; null: there is none. */
export async function nextReport(app: ReportApp, notIds: readonly string[]): Promise<{ decisionId: string; report: Result<ReportToFreeze> } | null> {
	const decisionId = await decisionReports.next(app.db, notIds);
	const decision = decisionId ? await decisions.get(app.db, decisionId) : null;
	if (!decision) return null;
	const checkpoint = await checkpoints.get(app.db, decision.checkpointId);
	if (!checkpoint) return { decisionId: decision.id, report: fail('not_found', 'The checkpoint is gone.') };
	const found = await factsOf(app, decision, checkpoint);
	if (!found.ok) return { decisionId: decision.id, report: found };
	const { facts, promptIds } = found.value;
	return { decisionId: decision.id, report: ok({ decisionId: decision.id, projectId: checkpoint.projectId, documents: [reportDocument(facts, 'en'), reportDocument(facts, 'zh')], promptIds }) };
}

/** A document as it is stored. */
export const storedDocument = (document: ReportDocument): string => canonicalJson(document);

/** Freezes a report: enters its files into the record. False where a clean-up took one meanwhile, or another worker was quicker. */
export async function keepReport(app: Pick<App, 'db' | 'artifacts'>, of: ReportToFreeze, files: readonly ReportFile[]): Promise<boolean> {
	return app.db.transaction(async (tx) => {
		if (!(await areStored(app, tx, files))) return false;
		if (!(await decisionReports.insert(tx, of.decisionId, { files, promptIds: of.promptIds }))) return false;
		await record(tx, null, { action: 'decision.report', projectId: of.projectId, subject: ['decision', of.decisionId], details: { files: files.map(({ format, locale, sha256 }) => ({ format, locale, sha256 })) } });
		return true;
	});
}
