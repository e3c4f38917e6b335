import { eachAnswer } from '../../domain/pairing.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { NewComparison } from '../db/comparisons.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import type { GenerationAtHand } from './make-answers.ts';
import { pairComparison, singleComparison } from './place-pairs.ts';

/** After a training the parent is asked first, its checkpoint second. */
const [PARENT, CHECKPOINT] = [0, 1];

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

/**
 * Turns the answers after a training into the next round's comparisons, blind:
 * those of parent and checkpoint in canonical order against each other, those of
 * the checkpoint alone where the prompt is judged so. Two answers that are the
 * same to the letter are recorded as identical and shown to nobody.
 * @returns what the round got, or null when another attempt has taken this one's place
 */
export async function openRound(app: { db: Db }, at: GenerationAtHand): Promise<{ round: number; comparisons: number; identical: number } | null> {
	return app.db.transaction(async (tx) => {
		const { generation } = at;
		if (!(await generations.lockHeld(tx, generation.id, generation.attempt))) return null;
		await projects.serialise(tx, generation.projectId);
		const project = await members.projectById(tx, generation.projectId);
		const { round, opened } = await roundFor(tx, generation);
		const byPrompt = Map.groupBy(await generationAnswers.judgeable(tx, generation.id), (answer) => answer.promptId);
		const placed = { projectId: project.id, roundId: round.id, overlap: project.overlap };
		const [paired, alone] = [new Set(generation.promptIds), new Set(generation.singlePromptIds)];
		const made: NewComparison[] = [];
		for (const [promptId, answers] of byPrompt) {
			const champion = answers.find(({ source }) => source === PARENT);
			const challenger = answers.find(({ source }) => source === CHECKPOINT);
			if (champion && challenger && paired.has(promptId)) made.push(pairComparison(project.seed, placed, { first: champion, second: challenger, policy: 'champion_challenger', propensity: 1 }));
			// A text that was judged before is judged anew: it measures another checkpoint.
			if (challenger && alone.has(promptId)) made.push(...eachAnswer([challenger]).map((chosen) => singleComparison(project.seed, placed, chosen)));
		}
		const inserted = await comparisons.insertMany(tx, made);
		await rounds.addCounts(tx, round.id, inserted);
		await generations.succeed(tx, generation.id, { roundId: round.id, comparisons: inserted.comparisons });
		await record(tx, null, { action: opened ? 'round.open' : 'round.fill', projectId: project.id, subject: ['round', round.id], details: { number: round.number, ...inserted, checkpoint: generation.checkpointId } });
		return { round: round.number, ...inserted };
	});
}
