import type { Checkpoint } from './checkpoint.ts';
import { peopleLines } from './checkpoint.ts';
import { DemoTrouble } from './api.ts';
import { judgeTogether } from './judge.ts';
import type { People } from './people.ts';
import { share, sparingly } from './print.ts';
import { UTILITY_JUDGE, utilityJudges } from './utility.ts';

/** Simulated annotators judge round 2 blind, by the stated utility. */
export async function judgeRound2(people: People, slug: string, seed: string): Promise<void> {
	console.log(`  utility: conditions and next steps earn, promises and empty phrases cost; noise sd ${UTILITY_JUDGE.noise}, tie under ${UTILITY_JUDGE.tieBelow}`);
	const say = sparingly(10_000);
	const judged = await judgeTogether(people.annotators, slug, utilityJudges(seed), (total) => say(() => `  ${total} judgments`));
	for (const { name, verdicts } of judged) {
		const all = Object.values(verdicts).reduce((sum, n) => sum + n, 0);
		console.log(`  ${name.padEnd(14)} ${all} judged, ${verdicts.tie} ties, ${verdicts.both_bad} both bad`);
	}
}

/** The reviewer decides by the interval of the win rate, as a careful person would: in doubt, more data. */
export async function decide(people: People, checkpoint: Checkpoint): Promise<string> {
	for (const line of peopleLines(checkpoint)) console.log(line);
	const figure = checkpoint.people?.winRate;
	if (!checkpoint.people || !figure || checkpoint.people.comparisons === 0) throw new DemoTrouble('No test comparison of round 2 was judged, so there is nothing to decide by.');
	const { low, high } = figure;
	const decision = low !== null && low > 0.5 ? 'promote' : high !== null && high < 0.5 ? 'reject' : 'more_data';
	const reason = `Win rate by simulated people ${share(figure)} on ${checkpoint.people.comparisons} test comparisons.`;
	await people.reviewer.api.post(`/checkpoints/${checkpoint.id}/decision`, { decision, reason, password: people.reviewer.password });
	console.log(`  ${people.reviewer.name} decides: ${decision}`);
	return decision;
}
