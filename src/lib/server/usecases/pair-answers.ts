import type { Worth } from '../../domain/adaptive-pairs.ts';
import { chooseAnswers } from '../../domain/asked-pairs.ts';
import { ASKED_POLICIES } from '../../domain/generation-plan.ts';
import { worthAsking } from '../../domain/bradley-terry/next-pairs.ts';
import { messagesText } from '../../domain/message.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { NewComparison } from '../db/comparisons.ts';
import * as generationAnswers from '../db/generation-answers.ts';
import type { Answer } from '../db/generation-answers.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { GenerationAtHand } from './make-answers.ts';
import { pairComparison, singleComparison } from './place-pairs.ts';
import type { Placed } from './place-pairs.ts';
import { battlesOfProject } from './read-ranking.ts';

/** Prompts whose answers are read at a time: the memory of pairing, however many there are. */
const BATCH = 200;

/**
 * What a judgment of two checkpoints' answers is worth to know how each compares
 * with the first: by all that was judged so far, with as many to come as pairs
 * will be drawn.
 */
async function worthOf(tx: Tx, { generation, sources }: GenerationAtHand, prompts: number): Promise<Worth> {
	const { battles } = await battlesOfProject(tx, generation.projectId, 'none');
	const bySource = new Map(sources.map(({ ordinal, checkpointId }) => [ordinal, checkpointId ?? '']));
	const [champion = '', ...challengers] = [...bySource.entries()].sort(([x], [y]) => x - y).map(([, id]) => id);
	const worth = worthAsking(battles, [champion, ...challengers], challengers.map((one) => [champion, one] as const), prompts * (generation.pairsPerPrompt ?? 1));
	return (source, other) => worth(bySource.get(source) ?? '', bySource.get(other) ?? '');
}

/** What the policy makes of the answers to some prompts. */
async function choose(tx: Tx, generation: Generation, seed: string, placed: Placed, byPrompt: readonly Answer[][], worth: Worth | undefined): Promise<NewComparison[]> {
	const policy = ASKED_POLICIES.find((one) => one === generation.policy) ?? 'every_pair';
	const texts = policy === 'spread' ? await generationAnswers.textsOf(tx, byPrompt.flat().map(({ responseId }) => responseId)) : null;
	return byPrompt.flatMap((answers) => {
		const said = answers.map((answer) => ({ ...answer, text: messagesText(texts?.get(answer.responseId) ?? []) }));
		const draw = { seed: `${generation.seed}/${answers[0]?.promptHash ?? ''}`, pairsPerPrompt: generation.pairsPerPrompt ?? 1, worth };
		const { pairs, singles } = chooseAnswers(policy, said, draw);
		return [...pairs.map((pair) => pairComparison(seed, placed, pair)), ...singles.map((single) => singleComparison(seed, placed, single))];
	});
}

/**
 * Turns answers that somebody asked for into comparisons of the open round,
 * blind, by the policy that was declared; each keeps its propensity. Answers
 * that tell who wrote them make none, nor does a pair that the project has.
 * @returns how many, or null when another attempt has taken this one's place or it was stopped
 */
export async function pairAnswers(app: { db: Db }, at: GenerationAtHand): Promise<{ comparisons: number } | null> {
	return app.db.transaction(async (tx) => {
		const { generation } = at;
		if (!(await generations.lockHeld(tx, generation.id, generation.attempt))) return null;
		await projects.serialise(tx, generation.projectId);
		const project = await members.projectById(tx, generation.projectId);
		const round = await rounds.newest(tx, project.id);
		const placed = { projectId: project.id, roundId: round.id, overlap: project.overlap };
		const byPrompt = [...Map.groupBy(await generationAnswers.judgeable(tx, generation.id), (answer) => answer.promptId).values()];
		const worth = generation.policy === 'adaptive' ? await worthOf(tx, at, byPrompt.length) : undefined;
		let made = 0;
		for (let from = 0; from < byPrompt.length; from += BATCH) {
			const chosen = await choose(tx, generation, project.seed, placed, byPrompt.slice(from, from + BATCH), worth);
			const known = await comparisons.idsByContent(tx, project.id, chosen.map(({ contentHash }) => contentHash));
			made += (await comparisons.insertMany(tx, chosen.filter(({ contentHash }) => !known.has(contentHash)))).comparisons;
		}
		await rounds.addCounts(tx, round.id, { comparisons: made, identical: 0 });
		// Prompts may ask for skills, or lie behind a wall for all who judge.
		await comparisons.refreshExhaustionOfProject(tx, project.id);
		await generations.succeed(tx, generation.id, { roundId: round.id, comparisons: made });
		await record(tx, null, { action: 'round.fill', projectId: project.id, subject: ['round', round.id], details: { number: round.number, comparisons: made, generation: generation.id } });
		return { comparisons: made };
	});
}
