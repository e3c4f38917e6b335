import { contentHash } from '../../domain/canonical-json.ts';
import { countFindings } from '../../domain/desensitisation/counts.ts';
import type { FindingCounts } from '../../domain/desensitisation/counts.ts';
import { maskAnswer } from '../../domain/desensitisation/mask-messages.ts';
import { asksOf } from '../../domain/generation-plan.ts';
import type { Ask } from '../../domain/generation-plan.ts';
import { documentsOf, messagesText } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import { leakedName } from '../../domain/name-leak.ts';
import type { Result } from '../../domain/problem.ts';
import { ok } from '../../domain/problem.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import { BENCHMARK_HUBS } from '../../domain/suite/benchmark.ts';
import type { BenchmarkHub } from '../../domain/suite/benchmark.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Db } from '../db/client.ts';
import * as endpoints from '../db/endpoints.ts';
import type { Endpoint } from '../db/endpoints.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import type { Unanswered } from '../db/generation-answers.ts';
import * as generationSources from '../db/generation-sources.ts';
import type { Source } from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import type { Generation } from '../db/generations.ts';
import type { ProjectRules } from '../desensitisation/project-rules.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { inForm } from './in-form.ts';
import { isForOthers, LEFT_TO_OTHERS_SECONDS } from './left-to-others.ts';

/** A model that answers, with what it takes to ask it; a checkpoint in the form of an export with the files of that. */
export type SourceAtHand = Source & ({ checkpoint: Checkpoint; endpoint: null } | { checkpoint: null; endpoint: Endpoint });

/** What a worker needs to have answers made. */
export type GenerationAtHand = { generation: Generation; base: Checkpoint; sources: SourceAtHand[]; /** What each source is asked for each prompt. */ asks: Ask[]; /** Where its worker gets public benchmarks from. */ benchmarkHub: BenchmarkHub };

/** A prompt as it is asked, with what its documents say. */
export type Question = { messages: Message[]; documentTexts: DocumentTexts };

/**
 * Takes a queued generation for a worker, which gets public benchmarks from a hub (ModelScope where it is not said); null when
 * it is no longer to be had. One in which a form answers whose weights this worker cannot run is left to a living worker that
 * can; where there is none, it is taken, so that somebody says what is missing.
 */
export async function beginGeneration(app: Pick<App, 'db' | 'enqueue'>, input: { generationId: string; workerId: string; benchmarkHub?: BenchmarkHub }): Promise<GenerationAtHand | null> {
	return app.db.transaction(async (tx) => {
		const asked = await generationSources.list(tx, input.generationId);
		for (const { plan } of asked) {
			if (plan === null || !(await isForOthers(tx, plan.format, input.workerId))) continue;
			if ((await generations.get(tx, input.generationId))?.status === 'queued') await app.enqueue(tx, 'generate', { generationId: input.generationId }, { startAfterSeconds: LEFT_TO_OTHERS_SECONDS });
			return null;
		}
		const generation = await generations.begin(tx, input.generationId, input.workerId);
		if (!generation) return null;
		const sources: SourceAtHand[] = [];
		for (const source of asked) {
			const checkpoint = source.checkpointId === null ? null : await checkpoints.get(tx, source.checkpointId);
			const made = source.exportId === null ? null : await checkpointExports.get(tx, source.exportId);
			const endpoint = source.endpointId === null ? null : await endpoints.get(tx, source.endpointId);
			if (checkpoint) sources.push({ ...source, checkpoint: inForm(checkpoint, made), endpoint: null });
			else if (endpoint) sources.push({ ...source, checkpoint: null, endpoint });
		}
		return { generation, sources, base: await checkpoints.baseOf(tx, generation.projectId), asks: asksOf(generation.sampling, generation.seed), benchmarkHub: input.benchmarkHub ?? BENCHMARK_HUBS[0] };
	});
}

/** What a source has yet to answer; a generation that was interrupted goes on with these. */
export async function unansweredBy(app: { db: Db }, at: GenerationAtHand, source: Pick<Source, 'ordinal'>): Promise<Unanswered[]> {
	return generationAnswers.unanswered(app.db, at.generation.id, source.ordinal, at.asks.length);
}

/**
 * Takes over what the sources of a generation for a suite have said by now in others of the same settings: of two that
 * wait in line together, the second asks what they share no more. False: the attempt lost its place.
 */
export async function takeOverAnswers(app: { db: Db }, { generation: { id, attempt, suiteVersionId } }: GenerationAtHand): Promise<boolean> {
	if (suiteVersionId === null) return true;
	return app.db.transaction(async (tx) => {
		if (!(await generations.lockHeld(tx, id, attempt))) return false;
		await suiteRuns.reuseAnswers(tx, id);
		return true;
	});
}

/** What a prompt asks, as it is stored: masked, where the project masks. */
export async function readQuestion(app: { db: Db }, at: GenerationAtHand, promptId: string): Promise<Question> {
	const messages = (await generationAnswers.messagesOf(app.db, [promptId])).get(promptId);
	if (!messages) throw new Error(`prompt ${promptId} lost its text`);
	return { messages, documentTexts: await artifactTexts.bodies(app.db, at.generation.projectId, documentsOf(messages)) };
}

/** The key of an endpoint; null: it needs none. A problem when it cannot be opened here. */
export async function openKey(app: Pick<App, 'db' | 'secrets'>, endpointId: string): Promise<Result<string | null>> {
	const sealed = await endpoints.sealedKey(app.db, endpointId);
	return sealed === null ? ok(null) : app.secrets.open(sealed, `endpoint:${endpointId}`);
}

/** Says that it goes on; false when another attempt has taken its place, or it was stopped. */
export async function generationAlive(app: { db: Db }, at: GenerationAtHand): Promise<boolean> {
	return generations.heartbeat(app.db, at.generation.id, at.generation.attempt);
}

/** An answer's words as they are kept, and what was found in them. */
function asKept(text: string, asked: readonly Message[], rules: ProjectRules | null): { text: string; hidden: FindingCounts | null } {
	if (!rules) return { text, hidden: null };
	const masked = maskAnswer(asked, text, rules);
	return { text: masked.text, hidden: masked.findings.length > 0 ? countFindings(masked.findings) : null };
}

/** An answer as it came. */
export type GivenAnswer = Unanswered & { text: string; sampling: Record<string, unknown>; seed: number; reproducible: boolean; asked?: readonly Message[] } & Used;

/** What an answer is said to be from. Nobody takes a form's words for those of the checkpoint as it was trained. */
function originOf({ endpoint, checkpoint, exportId }: SourceAtHand): { responseSource: 'checkpoint' | 'export' | 'endpoint'; sourceRef: string } {
	if (endpoint) return { responseSource: 'endpoint', sourceRef: endpoint.id };
	return exportId === null ? { responseSource: 'checkpoint', sourceRef: checkpoint.id } : { responseSource: 'export', sourceRef: exportId };
}

/**
 * Stores one answer, masked where the project masks. False: the attempt lost its place.
 * @param rules what is hidden in it, as `answerRules` gave it for this answer
 */
export async function storeAnswer(app: { db: Db }, at: GenerationAtHand, source: SourceAtHand, answer: GivenAnswer, rules: ProjectRules | null): Promise<boolean> {
	// A model may say anything, also what no text holds: NUL and half surrogates would fail the insert and with it the round.
	const { text, hidden } = asKept(answer.text.toWellFormed().replaceAll('\0', '\uFFFD'), answer.asked ?? [], rules);
	const messages: Message[] = [{ role: 'assistant', content: text }];
	const { promptId, sample, seed, reproducible } = answer;
	const sampling = hidden ? { ...answer.sampling, hidden } : answer.sampling;
	// After a training both are the same model: nothing that it calls itself tells them apart.
	const own = source.endpoint ? [source.endpoint.name, source.endpoint.model] : [];
	const leaks = at.generation.checkpointId === null ? leakedName(messagesText(messages), messagesText(answer.asked ?? []), own) : null;
	return app.db.transaction((tx) =>
		generationAnswers.insert(tx, at.generation.id, at.generation.attempt, {
			promptId,
			sample,
			source: source.ordinal,
			...originOf(source),
			contentHash: contentHash(messages),
			messages,
			sampling,
			seed,
			reproducible,
			leaks,
			...counted(answer)
		})
	);
}

/** Tokens that a server says it used; null or left out: it does not say. */
export type Used = { promptTokens?: number | null; completionTokens?: number | null };

const counted = ({ promptTokens, completionTokens }: Used) => ({ promptTokens: promptTokens ?? 0, completionTokens: completionTokens ?? 0 });

/** Notes that a question got no usable answer, why, and what that has used. False: the attempt lost its place. */
export async function storeMissed(app: { db: Db }, at: GenerationAtHand, source: Pick<Source, 'ordinal'>, missed: Unanswered & { code: string } & Used): Promise<boolean> {
	return app.db.transaction((tx) => generationAnswers.insertMissed(tx, at.generation.id, at.generation.attempt, { ...missed, ...counted(missed), source: source.ordinal }));
}

/** Counts what a question has used that is still to be answered. False: the attempt lost its place. */
export async function storeUsed(app: { db: Db }, at: GenerationAtHand, source: Pick<Source, 'ordinal'>, used: Used): Promise<boolean> {
	return app.db.transaction((tx) => generationAnswers.addUsed(tx, at.generation.id, at.generation.attempt, { ...counted(used), source: source.ordinal }));
}

/** Ends a generation that could not be done. */
export async function failGeneration(app: { db: Db }, at: GenerationAtHand, problem: RunProblem): Promise<void> {
	await app.db.transaction(async (tx) => {
		const held = await generations.fail(tx, at.generation.id, at.generation.attempt, problem);
		if (held) await record(tx, null, { action: 'generation.fail', projectId: at.generation.projectId, subject: ['generation', at.generation.id], details: { code: problem.code } });
	});
}

/** Puts a generation back in line because its worker goes down; the answers that it has stay. */
export async function giveBackGeneration(app: Pick<App, 'db' | 'enqueue'>, at: GenerationAtHand): Promise<void> {
	const { id, attempt, projectId } = at.generation;
	await app.db.transaction(async (tx) => {
		if (!(await generations.giveBack(tx, id, attempt))) return;
		await enqueueGeneration(app, tx, id);
		await record(tx, null, { action: 'generation.give_back', projectId, subject: ['generation', id], details: { attempt } });
	});
}
