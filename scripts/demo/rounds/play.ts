import { heldOutLines, untilAnswered, untilEvaluated } from '../checkpoint.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { DemoTrouble } from '../api.ts';
import { judgeTogether } from '../judge.ts';
import type { People } from '../people.ts';
import { sparingly, stage } from '../print.ts';
import type { StageTimes } from '../print.ts';
import { UTILITY_JUDGE, utilityJudges } from '../utility.ts';
import { startChecks, untilChecked } from './checks.ts';
import { decideByGate } from './decide.ts';
import { ROUNDS } from './material.ts';
import type { Material } from './material.ts';
import { bring } from './project.ts';
import { train } from './train.ts';
import type { Trained, Training } from './train.ts';

/** What the demo is played with. `rounds`: how many of all; `steps`: of one round's training. */
export type Game = { people: People; slug: string; seed: string; rounds: number; steps: number; legacySteps: number; withControl: boolean; material: Material; times: StageTimes };

/** What was played: the models, and what was decided of those that rounds made. */
export type Played = { base: Trained; legacy: Trained; rounds: { checkpoint: Trained; decision: string }[]; control: Trained | null };

/** Everybody judges what the newest round holds, blind, by the stated utility. */
async function judge({ people, slug, seed }: Game): Promise<void> {
	const say = sparingly(20_000);
	const judged = await judgeTogether(people.annotators, slug, utilityJudges(seed), (total) => say(() => `  ${total} judgments`));
	for (const { name, verdicts } of judged) {
		const said = Object.entries(verdicts).filter(([, n]) => n > 0).map(([verdict, n]) => `${n} ${verdict.replace('_', ' ')}`);
		console.log(`  ${name.padEnd(14)} ${said.join(', ') || 'nothing left to judge'}`);
	}
}

/** Trains, and waits for everything that follows a training by itself: evaluation, the next round's answers, the suite. */
async function trainAndFollow({ people, slug, times }: Game, title: string, training: Training): Promise<Trained> {
	const { api } = people.engineer;
	const trained = await stage(times, `${title}: training`, () => train(people, slug, training));
	await stage(times, `${title}: evaluation, answers, checks`, async () => {
		for (const line of heldOutLines(await untilEvaluated(api, trained.id))) console.log(line);
		const answered = await untilAnswered(api, trained.id);
		console.log(`  answered for round ${answered.generation?.intoRound ?? '—'}`);
		await untilChecked(api, trained.id);
	});
	return trained;
}

/**
 * The assistant that the rounds begin from: the base model after a short
 * fine-tuning on over-committing answers, labelled so. No test question is in
 * the project yet, so nothing but the run follows it.
 */
async function makeLegacy({ people, slug, legacySteps, material, times }: Game): Promise<{ base: Trained; legacy: Trained }> {
	const { api } = people.engineer;
	const legacy = await stage(times, 'Legacy assistant: training', async () => {
		await bring(people, slug, 'over-committing-answers.jsonl', material.legacy);
		return train(people, slug, { place: 0, objective: 'sft', rounds: [1], origins: ['import'], recipe: { maxSteps: legacySteps, batchSize: 4 } });
	});
	const { parent } = await api.get<Checkpoint>(`/checkpoints/${legacy.id}`);
	if (!parent) throw new DemoTrouble('The legacy assistant has no parent.');
	return { base: parent, legacy: { ...legacy, name: `${legacy.name} (legacy)` } };
}

/**
 * What the preference loss is held against: the legacy assistant fine-tuned on
 * chosen answers alone, as many rows and steps as the rounds' trainings saw
 * together. Not those of round 1: it also holds what the legacy assistant was
 * made of, of which people call some good.
 */
async function playControl(game: Game, legacy: Trained): Promise<Trained> {
	const rounds = Array.from({ length: ROUNDS - 1 }, (_, place) => place + 2);
	const control = await trainAndFollow(game, 'Control (SFT on the chosen answers alone)', { place: ROUNDS + 1, objective: 'sft', rounds, recipe: { maxSteps: ROUNDS * game.steps }, parentId: legacy.id });
	await stage(game.times, 'Control: judging', () => judge(game));
	return { ...control, name: `${control.name} (control)` };
}

/** Plays the rounds, each: judge, decide on the round before, train, be answered and checked; then the control. What an interrupted demo did is not done again. */
export async function play(game: Game): Promise<Played> {
	const { people, slug, steps, material, times } = game;
	const { api } = people.engineer;
	const { base, legacy } = await makeLegacy(game);
	console.log(`\nPeople judge by a stated utility of their own (scripts/demo/utility.ts), not by the checks: conditions and next steps earn, promises and empty phrases cost;\nnoise of standard deviation ${UTILITY_JUDGE.noise}, a tie under ${UTILITY_JUDGE.tieBelow}, both bad under ${UTILITY_JUDGE.bothBadBelow}.`);
	const rounds: Played['rounds'] = [];
	/** Judges the newest round, and decides on the checkpoint whose answers it holds. */
	const judgeRound = (number: number): Promise<void> =>
		stage(times, `Round ${number}: judging`, async () => {
			if (number <= game.rounds) await bring(people, slug, `written-pairs-${number}.jsonl`, material.written(number));
			// The legacy assistant answers the test questions meanwhile, and beside it the base model.
			if (number === 1) {
				await bring(people, slug, 'further-test-questions.jsonl', material.further);
				await startChecks(api, legacy.id);
			}
			await judge(game);
			// A later run through the suite takes over what was answered before it was queued.
			if (number === 1) await untilChecked(api, legacy.id);
			const newest = rounds.at(-1);
			if (newest) newest.decision = await decideByGate(people, newest.checkpoint.id);
		});
	let parent = legacy;
	for (let number = 1; number <= game.rounds; number++) {
		await judgeRound(number);
		const before = rounds.at(-1);
		if (before && before.decision !== 'reject') parent = before.checkpoint;
		await bring(people, slug, `new-questions-${number}.jsonl`, material.fresh(number));
		const checkpoint = await trainAndFollow(game, `Round ${number}`, { place: number, objective: 'dpo', rounds: [number], recipe: { maxSteps: steps }, parentId: parent.id });
		rounds.push({ checkpoint, decision: 'none yet' });
	}
	await judgeRound(game.rounds + 1);
	const control = game.withControl && game.rounds === ROUNDS ? await playControl(game, legacy) : null;
	await startChecks(api, base.id);
	await untilChecked(api, base.id);
	return { base, legacy, rounds, control };
}
