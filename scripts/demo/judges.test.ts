import { expect, it } from 'vitest';
import { knowingJudges } from './round-1-judges.ts';
import { readForm, utilityJudges } from './utility.ts';
import { carefulAnswers, readWritten } from './written-answers.ts';

const written = await readWritten();
const pairs = written.flatMap(({ careful, vague, overcommitting }) => [vague, overcommitting].map((faulty) => ({ careful, faulty })));

it('errs and ties as often as stated, whichever side the careful answer is on', async () => {
	const decide = knowingJudges(await carefulAnswers(), { error: 0.06, tie: 0.04 }, 'test');
	const count = { tie: 0, wrong: 0, all: 0 };
	for (const who of Array.from({ length: 12 }, (_, i) => `annotator ${i}`)) {
		for (const { careful, faulty } of pairs) {
			const verdict = decide(who, { prompt: 'q', left: careful, right: faulty });
			const swapped = decide(who, { prompt: 'q', left: faulty, right: careful });
			expect(swapped).toBe(verdict === 'tie' ? 'tie' : verdict === 'left' ? 'right' : 'left');
			count.all += 1;
			count.tie += Number(verdict === 'tie');
			count.wrong += Number(verdict === 'right');
		}
	}
	expect(count.tie / count.all).toBeCloseTo(0.04, 1.7);
	expect(count.wrong / count.all).toBeCloseTo(0.06, 1.7);
	expect(decide('anybody', { prompt: 'q', left: 'unknown', right: 'unknown too' })).toBe('cannot_judge');
});

it('holds a careful answer to be worth more than a vague or over-committing one', () => {
	const better = pairs.filter(({ careful, faulty }) => readForm(careful).utility > readForm(faulty).utility);
	expect(better.length / pairs.length).toBeGreaterThan(0.95);
	expect(readForm('You should ask again. '.repeat(12)).looping).toBe(true);
});

it('judges by utility with noise, the same way twice', () => {
	const decide = utilityJudges('test');
	const right = pairs.filter(({ careful, faulty }) => decide('ann', { prompt: 'q', left: faulty, right: careful }) === 'right').length / pairs.length;
	expect(right).toBeGreaterThan(0.85);
	expect(right).toBeLessThan(1);
	expect(pairs.map(({ careful, faulty }) => decide('ann', { prompt: 'q', left: careful, right: faulty }))).toEqual(pairs.map(({ careful, faulty }) => decide('ann', { prompt: 'q', left: careful, right: faulty })));
	expect(decide('ann', { prompt: 'q', left: '', right: 'You will certainly win. '.repeat(4) })).toBe('both_bad');
});
