/**
 * How often the gate promotes wrongly, and rightly: two equal checkpoints, and better ones, judged by people who differ,
 * looked at after every question. docs/gate.md states its figures.
 * Usage: npm run bench:gate [-- --runs 10000]
 */
import { parseArgs } from 'node:util';
import { simulateGate } from '#lib/domain/gate-simulation.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' }, level: { type: 'string', default: '0.05' } } });
const [runs, level] = [Number(values.runs), Number(values.level)];
const percent = (x: number, digits = 1) => `${(100 * x).toFixed(digits)} %`;

console.log(`${runs} runs each, level ${percent(level, 0)}, 5 annotators, 3 judgments a question, looked at after every question\n`);
console.log('win rate  questions  promoted            an ordinary interval, looked at as often');
let kept = true;
for (const questions of [100, 200, 400]) {
	for (const better of [0, 0.2, 0.4, 0.6]) {
		const { promoted, naive, winRate } = simulateGate({ better, questions, annotators: 5, votes: 3, level, runs, seed: `gate/${questions}/${better}` });
		if (better === 0 && promoted.value > level + 2 * promoted.standardError) kept = false;
		console.log(`${percent(winRate).padStart(7)}   ${String(questions).padStart(8)}   ${percent(promoted.value).padStart(6)} (${percent(promoted.low)}–${percent(promoted.high)})   ${percent(naive.value).padStart(6)}`);
	}
}
console.log(`\nTwo equal checkpoints: ${kept ? 'promoted no more often than the level and two standard errors' : 'PROMOTED MORE OFTEN THAN THE LEVEL SAYS'}.`);
process.exitCode = kept ? 0 : 1;
