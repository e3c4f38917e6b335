import { expect, it } from 'vitest';
import { drawSplit } from '#lib/domain/holdout.ts';
import { onQuestions } from './checks.ts';
import type { Behaviour } from './checks.ts';
import { readMaterial, ROUNDS, SEEDS } from './material.ts';
import { behaviourTable, difference, differenceTable, fallsSignificantly } from './tables.ts';

type Row = { group: string; responses?: string[]; completion?: string };
const splitOf = ({ group }: Row) => drawSplit({ salt: SEEDS.splitSalt, group });
const groups = (rows: readonly unknown[]): Set<string> => new Set((rows as Row[]).map(({ group }) => group));

it('makes the legacy assistant of training questions alone, and lets each of them be judged in one round', async () => {
	const { legacy, written, fresh } = await readMaterial();
	expect((legacy as Row[]).every((row) => splitOf(row) === 'train' && row.completion !== undefined)).toBe(true);
	const byRound = Array.from({ length: ROUNDS }, (_, place) => written(place + 1) as Row[]);
	const training = byRound.map((rows) => groups(rows.filter((row) => splitOf(row) === 'train')));
	expect(training.map(({ size }) => size)).toEqual([40, 40, 40]);
	expect(new Set(training.flatMap((of) => [...of]))).toEqual(groups(legacy));
	expect([1, 2, 3].map((round) => groups(fresh(round)).size)).toEqual([5, 5, 0]);
	expect([...fresh(1), ...fresh(2)].every((row) => splitOf(row as Row) === 'train')).toBe(true);
});

it('measures on ninety test questions over all areas of law, asked once each', async () => {
	const { written, fresh, legacy, further, own, unseen } = await readMaterial();
	expect((further as Row[]).map(splitOf)).toEqual(further.map(() => 'test'));
	const inRecord = groups([...written(1), ...further].filter((row) => splitOf(row as Row) === 'test'));
	expect([inRecord.size, own.length]).toEqual([42, 48]);
	expect(new Set((further as { tags: string[] }[]).flatMap(({ tags }) => tags)).size).toBe(16);
	const textOf = (row: unknown): string => {
		const { messages, prompt } = row as { messages?: { content: string }[]; prompt?: string };
		return messages?.[0]?.content ?? prompt ?? '';
	};
	const elsewhere = new Set([...[1, 2, 3].flatMap((round) => [...written(round), ...fresh(round)]), ...legacy].map(textOf));
	const added = [...further.map(textOf), ...own];
	expect(new Set(added).size).toBe(64);
	expect(unseen).toEqual(new Set(added));
	expect(added.filter((question) => elsewhere.has(question))).toEqual([]);
});

it('asks all test questions from the first round on, and no tuning question', async () => {
	const { written } = await readMaterial();
	const test = groups((written(1) as Row[]).filter((row) => splitOf(row) === 'test'));
	expect(test.size).toBe(26);
	expect([1, 2, 3].flatMap((round) => written(round) as Row[]).filter((row) => splitOf(row) === 'dev')).toEqual([]);
	expect([2, 3].flatMap((round) => written(round) as Row[]).filter((row) => splitOf(row) === 'test')).toEqual([]);
});

const questions = Array.from({ length: 26 }, (_, place) => `question ${place}`);
const behaviour = (name: string, failing: number): Behaviour => {
	const values = new Map(questions.map((question, place) => [question, place < failing ? 1 : 0]));
	return { name, overCommitting: values, vague: values, loops: values, cutOff: values, utility: values, words: values };
};

it('tells a fall from a rise, and from what chance does', () => {
	const [before, fallen, little] = [behaviour('before', 22), behaviour('after', 2), behaviour('little', 20)];
	expect(fallsSignificantly(fallen, before, 'vague', 's')).toBe(true);
	expect(fallsSignificantly(before, fallen, 'vague', 's')).toBe(false);
	expect(fallsSignificantly(little, before, 'vague', 's')).toBe(false);
	// Two questions changed, both the same way: of four patterns of signs two are as far from nought.
	expect(difference(little, before, 'vague', 's')).toMatchObject({ p: 0.5, groups: 26, difference: { value: -2 / 26 } });
});

it('looks at some of the questions alone', () => {
	const [before, after] = [behaviour('before', 22), behaviour('after', 2)].map((one) => onQuestions(one, new Set(questions.slice(20)))) as [Behaviour, Behaviour];
	expect([...before.vague.values()]).toEqual([1, 1, 0, 0, 0, 0]);
	expect(difference(after, before, 'vague', 's')).toMatchObject({ groups: 6, difference: { value: -2 / 6 } });
});

it('says nothing of models that answered too little in common', () => {
	const few = { ...behaviour('few', 0), overCommitting: new Map(questions.slice(0, 19).map((question) => [question, 0])) };
	expect(difference(few, behaviour('before', 26), 'overCommitting', 's')).toMatchObject({ p: null, groups: 19 });
	expect(fallsSignificantly(few, behaviour('before', 26), 'overCommitting', 's')).toBe(false);
});

it('lays tables out in columns', () => {
	const models = [behaviour('a', 13), behaviour('a longer name', 13)];
	const [head = '', first = '', second = ''] = behaviourTable(models, 's');
	expect(first.indexOf('50 [')).toBe(head.indexOf('over-committing %'));
	expect(second.indexOf('50 [')).toBe(head.indexOf('over-committing %'));
	expect(differenceTable(models.slice(1), behaviour('a', 13), 's')[1]).toContain('a longer name less a  0 [0, 0] p 1.0000');
});
