import { canonicalOrder, championChallenger, comparisonHash, eachAnswer, queueKey } from '../../domain/pairing.ts';
import { contentHash } from '../../domain/canonical-json.ts';
import { documentsOf } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { NewComparison } from '../db/comparisons.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';

/** What a worker needs to answer for the next round. */
export type GenerationAtHand = { generation: Generation; base: Checkpoint; parent: Checkpoint; checkpoint: Checkpoint };

/** A prompt to be answered, with what its documents say. */
export type UnansweredPrompt = { promptId: string; messages: Message[]; documentTexts: DocumentTexts };

/** Takes a queued generation for a worker; null when it is no longer to be had. */
export async function beginGeneration(app: { db: Db }, input: { generationId: string; workerId: string }): Promise<GenerationAtHand | null> {
	return app.db.transaction(async (tx) => {
		const generation = await generations.begin(tx, input.generationId, input.workerId);
		if (!generation) return null;
		const checkpoint = await checkpoints.get(tx, generation.checkpointId);
		const parent = await checkpoints.get(tx, generation.parentCheckpointId);
		if (!checkpoint || !parent) throw new Error(`generation ${generation.id} lost its checkpoints`);
		return { generation, checkpoint, parent, base: await checkpoints.baseOf(tx, generation.projectId) };
	});
}

/** Prompts that one of the two checkpoints has not answered yet; a generation that was interrupted goes on with these. */
export async function unansweredPrompts(app: { db: Db }, at: GenerationAtHand, checkpointId: string): Promise<UnansweredPrompt[]> {
	const prompts = await generations.unanswered(app.db, at.generation.id, checkpointId);
	const documentTexts = await artifactTexts.bodies(app.db, at.generation.projectId, documentsOf(prompts.flatMap(({ messages }) => messages)));
	return prompts.map((prompt) => ({ ...prompt, documentTexts }));
}

/** Says that it goes on; false when another attempt has taken its place. */
export async function generationAlive(app: { db: Db }, at: GenerationAtHand): Promise<boolean> {
	return generations.heartbeat(app.db, at.generation.id, at.generation.attempt);
}

/** Stores one answer. False: the attempt lost its place. */
export async function storeAnswer(
	app: { db: Db },
	at: GenerationAtHand,
	answer: { promptId: string; checkpointId: string; text: string; sampling: Record<string, unknown>; seed: number; reproducible: boolean }
): Promise<boolean> {
	// A model may say anything, also what no text holds: NUL and half surrogates would fail the insert and with it the round.
	const messages: Message[] = [{ role: 'assistant', content: answer.text.toWellFormed().replaceAll('\0', '\uFFFD') }];
	return app.db.transaction((tx) => generations.addResponse(tx, at.generation.id, at.generation.attempt, { ...answer, messages, contentHash: contentHash(messages) }));
}

async function roundFor(tx: Tx, generation: Generation): Promise<{ round: Round; opened: boolean }> {
	const from = await rounds.byId(tx, generation.roundId);
	const newest = await rounds.newest(tx, generation.projectId);
	if (!from) throw new Error(`generation ${generation.id} lost its round`);
	if (newest.number > from.number) return { round: newest, opened: false };
	// The old round must have left "collecting": one open round a project.
	await rounds.advance(tx, from.id, 'evaluating');
	const round = await rounds.open(tx, { projectId: generation.projectId, number: from.number + 1, candidateCheckpointId: generation.checkpointId, parentCheckpointId: generation.parentCheckpointId });
	return { round, opened: true };
}

type Answer = Awaited<ReturnType<typeof generations.answers>>[number];
type Placed = Pick<NewComparison, 'projectId' | 'roundId' | 'overlap'>;

/** The two answers to a prompt as a comparison, in canonical order. */
function pairOf(seed: string, placed: Placed, champion: Answer, challenger: Answer): NewComparison {
	const [pair] = championChallenger(champion, [challenger]);
	const ordered = pair ? canonicalOrder(seed, pair.first, pair.second) : null;
	const [a, b] = ordered?.kind === 'ordered' ? [ordered.a, ordered.b] : [champion, challenger];
	const hash = comparisonHash(champion.promptHash, a.hash, b.hash);
	return {
		...placed,
		promptId: champion.promptId,
		responseAId: a.responseId,
		responseBId: b.responseId,
		contentHash: hash,
		orderKey: queueKey(seed, hash),
		policy: 'champion_challenger',
		propensity: pair?.propensity ?? 1,
		identical: ordered?.kind !== 'ordered'
	};
}

/** The new checkpoint's answer to a prompt, to be judged alone. A text that was judged before is judged anew: it measures another checkpoint. */
function singlesOf(seed: string, placed: Placed, answers: readonly Answer[]): NewComparison[] {
	return eachAnswer(answers).map(({ answer, policy, propensity }) => {
		const hash = comparisonHash(answer.promptHash, answer.hash, null);
		return { ...placed, promptId: answer.promptId, responseAId: answer.responseId, responseBId: null, contentHash: hash, orderKey: queueKey(seed, hash), policy, propensity, identical: false };
	});
}

/**
 * Turns the answers into the next round's comparisons, blind: those of parent
 * and checkpoint in canonical order against each other, those of the checkpoint
 * alone where the prompt is judged so. Two answers that are the same to the
 * letter are recorded as identical and shown to nobody.
 * @returns what the round got, or null when another attempt has taken this one's place
 */
export async function openRound(app: { db: Db }, at: GenerationAtHand): Promise<{ round: number; comparisons: number; identical: number } | null> {
	return app.db.transaction(async (tx) => {
		const { generation } = at;
		if (!(await generations.lockHeld(tx, generation.id, generation.attempt))) return null;
		await projects.serialise(tx, generation.projectId);
		const project = await members.projectById(tx, generation.projectId);
		const { round, opened } = await roundFor(tx, generation);
		const byPrompt = Map.groupBy(await generations.answers(tx, generation.id), (answer) => answer.promptId);
		const placed = { projectId: project.id, roundId: round.id, overlap: project.overlap };
		const [paired, alone] = [new Set(generation.promptIds), new Set(generation.singlePromptIds)];
		const made: NewComparison[] = [];
		for (const [promptId, answers] of byPrompt) {
			const champion = answers.find((answer) => answer.checkpointId === at.parent.id);
			const challenger = answers.find((answer) => answer.checkpointId === at.checkpoint.id);
			if (champion && challenger && paired.has(promptId)) made.push(pairOf(project.seed, placed, champion, challenger));
			if (challenger && alone.has(promptId)) made.push(...singlesOf(project.seed, placed, [challenger]));
		}
		const inserted = await comparisons.insertMany(tx, made);
		await rounds.addCounts(tx, round.id, inserted);
		await generations.succeed(tx, generation.id, round.id);
		await record(tx, null, { action: opened ? 'round.open' : 'round.fill', projectId: project.id, subject: ['round', round.id], details: { number: round.number, ...inserted, checkpoint: at.checkpoint.id } });
		return { round: round.number, ...inserted };
	});
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
		await app.enqueue(tx, 'generate', { generationId: id });
		await record(tx, null, { action: 'generation.give_back', projectId, subject: ['generation', id], details: { attempt } });
	});
}
