import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import { agreementAlpha } from '#lib/domain/agreement/alpha-figure.ts';
import { PAIR_NOMINAL, PAIR_ORDINAL } from '#lib/domain/agreement/scale.ts';
import { byComparison } from '#lib/domain/agreement/units.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { readAgreement } from '#lib/server/usecases/read-agreement.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { Submission } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUESTIONS = 24;

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

type Said = Omit<Submission, 'taskId' | 'leaseToken'>;

/** Judges all there is, as `say` answers to the number of the question and whether its first answer is on the left. */
async function judgeAll(slug: string, actor: Actor, say: (question: number, firstIsLeft: boolean) => Said): Promise<string[]> {
	const ids: string[] = [];
	for (let task = valueOf(await claimTask(world.app, actor, { slug })); task; task = valueOf(await claimTask(world.app, actor, { slug }))) {
		const question = Number(/\d+/.exec(JSON.stringify(task.prompt.messages))?.[0]);
		const said = say(question, JSON.stringify(task.left.messages).includes('Answer one'));
		ids.push(valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, ...said })).judgmentId);
	}
	return ids;
}

const first = (firstIsLeft: boolean): 'left' | 'right' => (firstIsLeft ? 'left' : 'right');
const second = (firstIsLeft: boolean): 'left' | 'right' => first(!firstIsLeft);

describe('agreement', () => {
	it('is measured on what stands: the same answer seen on two sides is agreement, a void judgment is none', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(QUESTIONS) });
		const form = v.parse(JudgingFormSchema, { strength: true, rationale: 'off', reasons: [], criteria: [{ key: 'accuracy', name: 'Accuracy', help: '', required: false }] });
		valueOf(await putForm(world.app, world.admin, { slug, form }));
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		const risk = await world.person('risk', { slug, role: 'reviewer' });

		// Ann: the first answer, clearly. Bob: the same, but the second on every fourth, a tie on every sixth.
		await judgeAll(slug, ann, (_, left) => ({ verdict: first(left), strength: 'clearly', durationMs: 8000, criteria: { accuracy: first(left) } }));
		const bobs = await judgeAll(slug, bob, (question, left) => {
			const verdict = question % 6 === 0 ? 'tie' : question % 4 === 0 ? second(left) : first(left);
			return { verdict, ...(verdict === 'tie' ? {} : { strength: 'slightly' as const }), durationMs: 20_000 };
		});
		const bobSaid = (question: number) => (question % 6 === 0 ? 'tie' : question % 4 === 0 ? 'b' : 'a');
		const units = Array.from({ length: QUESTIONS }, (_, question) => [
			{ group: String(question), comparison: String(question), judge: 'ann', verdict: 'a' as const, strength: 'clearly' as const },
			{ group: String(question), comparison: String(question), judge: 'bob', verdict: bobSaid(question) as 'a' | 'b' | 'tie', strength: bobSaid(question) === 'tie' ? null : ('slightly' as const) }
		]).flat();

		const read = valueOf(await readAgreement(world.app, risk, { slug }));
		expect(read).toMatchObject({ round: null, criterion: null, judgments: 2 * QUESTIONS, people: 2, rounds: [1], criteria: [{ key: 'accuracy', name: 'Accuracy' }] });
		// Which answer is a and which b is drawn: alpha does not change when the two swap names in all units, so only here it may differ by the draw.
		const equal = units.filter(({ judge, verdict }) => judge === 'bob' && verdict === 'a').length / QUESTIONS;
		expect(read.pairs).toHaveLength(1);
		expect(read.pairs[0]?.people.toSorted()).toEqual(['ann', 'bob']);
		expect(read.pairs[0]?.equal).toMatchObject({ value: equal, n: QUESTIONS });
		expect(read.medianSeconds).toMatchObject({ value: 14, n: 2 * QUESTIONS, groups: QUESTIONS });
		expect(read.leftRate.n).toBe(2 * QUESTIONS - units.filter(({ verdict }) => verdict === 'tie').length);

		const canonical = await world.query<{ question: string; judge: string; verdict: 'a' | 'b' | 'tie'; strength: 'slightly' | 'clearly' | null }>(
			`select x.messages::text as question, p.name as judge, j.verdict, j.strength from judgments j join comparisons c on c.id = j.comparison_id
				join prompt_texts x on x.prompt_id = c.prompt_id join user_profiles p on p.user_id = j.judge_user_id join projects r on r.id = j.project_id where r.slug = '${slug}'`
		);
		const asStored = canonical.map(({ question, ...rest }) => ({ ...rest, group: question, comparison: question }));
		expect(read.alphaNominal.value).toBeCloseTo(agreementAlpha(byComparison(asStored), PAIR_NOMINAL, { seed: 'any' }).value as number, 12);
		expect(read.alphaOrdinal?.value).toBeCloseTo(agreementAlpha(byComparison(asStored), PAIR_ORDINAL, { seed: 'any' }).value as number, 12);
		expect(read.alphaNominal.low).toBeLessThan(read.alphaNominal.value as number);

		// Only Ann answered the criterion: nothing to compare, and it says so.
		const accuracy = valueOf(await readAgreement(world.app, risk, { slug, criterion: 'accuracy' }));
		expect(accuracy).toMatchObject({ criterion: 'accuracy', judgments: QUESTIONS, people: 1, alphaOrdinal: null, pairs: [] });
		expect(accuracy.alphaNominal.value).toBeNull();

		valueOf(await voidJudgment(world.app, risk, { judgmentId: bobs[0] ?? '', reason: 'conflict_of_interest' }));
		expect(valueOf(await readAgreement(world.app, risk, { slug })).judgments).toBe(2 * QUESTIONS - 1);
	});

	it('gives the same interval to everybody who asks, and none where people are too few', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(5) });
		for (const name of ['ann', 'bob']) await judgeAll(slug, await world.person(name, { slug, role: 'annotator' }), (question, left) => ({ verdict: question === 2 ? 'tie' : first(left) }));
		const read = await readAgreement(world.app, world.admin, { slug, round: 1 });
		expect(valueOf(read).alphaNominal).toMatchObject({ value: 1, low: null, high: null, reason: 'too_few', groups: 5 });
		expect(valueOf(await readAgreement(world.app, world.admin, { slug, round: 1 }))).toEqual(valueOf(read));
	});

	it('is not an annotator’s to see, and knows no round or criterion that never was', async () => {
		const { slug } = await world.project({ rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		expect(problemOf(await readAgreement(world.app, ann, { slug }))).toBe('forbidden');
		expect(problemOf(await readAgreement(world.app, world.admin, { slug, round: 2 }))).toBe('not_found');
		expect(problemOf(await readAgreement(world.app, world.admin, { slug, criterion: 'tone' }))).toBe('not_found');
		expect(valueOf(await readAgreement(world.app, world.admin, { slug }))).toMatchObject({ judgments: 0, people: 0, pairs: [] });
	});
});
