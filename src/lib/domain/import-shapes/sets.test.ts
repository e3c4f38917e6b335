import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import type { StagedRow } from '../import-row.ts';
import { messageText } from '../message.ts';
import { joinedRow, joinsRow, readShape, recognise } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

function understand(record: unknown): { shape: string; row: StagedRow } {
	const how = recognise([record], false);
	const read = readShape(record, { ...how, isTable: false, file: null });
	if (!read.ok) throw new Error(`${read.error.field}: ${read.error.message}`);
	const row = readImportRow(read.fields, 1, context);
	if (!row.ok) throw new Error(`${row.error.field}: ${row.error.message}`);
	return { shape: how.shape, row: row.row };
}

const textOf = (row: StagedRow, hash: string | null) => row.responses.find((one) => one.hash === hash)?.messages.map(messageText).join(' | ');
/** Every judgment of a row: the better answer, or the verdict. */
const judged = (row: StagedRow) => row.pairs.flatMap((pair) => (pair.labels ?? []).map(({ verdict, judge, at }) => ({ said: verdict === 'a' ? textOf(row, pair.a) : verdict === 'b' ? textOf(row, pair.b) : verdict, judge, at })));

describe('HH-RLHF', () => {
	const before = '\n\nHuman: What are some cuss words in english?\n\nAssistant: Here’s an incomplete list.\n\nAss, dick.\n\nHuman: What’s your favorite one?\n\nAssistant:';
	it('splits two dialogues where they part', () => {
		const { shape, row } = understand({ chosen: `${before} I haven’t even thought about it.`, rejected: `${before} Hell. Human: no turn.` });
		expect(shape).toBe('hh_rlhf');
		expect(row.messages.map(({ role, content }) => [role, content])).toEqual([['user', 'What are some cuss words in english?'], ['assistant', 'Here’s an incomplete list.\n\nAss, dick.'], ['user', 'What’s your favorite one?']]);
		expect(row.responses.map((one) => textOf(row, one.hash))).toEqual(['I haven’t even thought about it.', 'Hell. Human: no turn.']);
		expect(row.pairs[0]?.verdict).toBe(row.pairs[0]?.a === row.responses[0]?.hash ? 'a' : 'b');
	});
	it('goes back to a turn of a person where an answer begins alike, or one goes on', () => {
		const { row } = understand({ chosen: `${before} Well.\n\nHuman: And?\n\nAssistant: Yes.`, rejected: `${before} Well.` });
		expect(row.messages).toHaveLength(3);
		expect(row.responses.map((one) => textOf(row, one.hash))).toEqual(['Well. | And? | Yes.', 'Well.']);
	});
	it('refuses what answers two questions', () => {
		expect(() => understand({ chosen: '\n\nHuman: A?\n\nAssistant: x', rejected: '\n\nHuman: B?\n\nAssistant: y' })).toThrow('rejected: does not begin');
	});
});

describe('UltraFeedback', () => {
	const completion = (response: string, overall: number) => ({ model: 'm', response, overall_score: overall, annotations: { helpfulness: { Rating: '4' } } });
	it('makes pairs of scores: the higher one is preferred, equal ones tie', () => {
		const { shape, row } = understand({ source: 'evol_instruct', instruction: 'Write a sonnet.', models: ['m'], completions: [completion('one', 7.5), completion('two', 3), completion('three', 7.5), completion('one', 1)] });
		expect(shape).toBe('ultrafeedback');
		expect(row.responses).toHaveLength(3);
		expect(judged(row).map(({ said }) => said).sort()).toEqual(['one', 'three', 'tie']);
	});
	it('reads distilabel’s lists, and leaves what has no score unlabelled', () => {
		const { row } = understand({ instruction: 'Q', generations: ['x', 'y', 'z'], ratings: [1, 5, null] });
		expect(row.pairs).toHaveLength(3);
		expect(judged(row).map(({ said }) => said)).toEqual(['y']);
	});
});

describe('HelpSteer', () => {
	const rated = (response: string, ratings: number[], prompt = 'c#') => ({ prompt, response, ...Object.fromEntries(['helpfulness', 'correctness', 'coherence', 'complexity', 'verbosity'].map((name, i) => [name, ratings[i]])) });
	const rows = [rated('short', [3, 3, 4, 1, 0]), rated('long', [3, 3, 4, 3, 4]), rated('wrong', [3, 1, 4, 2, 2]), rated('best', [4, 0, 0, 0, 0])];
	it('prefers the more helpful answer, then the more correct, then the more coherent; length and difficulty prefer none', () => {
		expect(rows.slice(1).every((row, i) => joinsRow('helpsteer', rows.slice(0, i + 1), row))).toBe(true);
		const { shape, row } = understand(joinedRow('helpsteer', rows));
		expect(shape).toBe('helpsteer');
		expect(judged(row).map(({ said }) => said).sort()).toEqual(['best', 'best', 'best', 'long', 'short', 'tie']);
	});
	it('keeps answers of different questions apart, and an answer alone as one', () => {
		expect(joinsRow('helpsteer', [rows[0]], rated('other', [1, 1, 1, 1, 1], 'java'))).toBe(false);
		expect(joinsRow('plumbline', [rows[0]], rows[1])).toBe(false);
		const { shape, row } = understand(rows[0]);
		expect([shape, row.responses.length, judged(row)]).toEqual(['helpsteer', 1, []]);
	});
	it('reads ratings of a table, and is no preference set of ours', () => {
		const texts = Object.fromEntries(Object.entries(rated('x', [1, 2, 3, 4, 0])).map(([name, value]) => [name, String(value)]));
		expect(recognise([texts], true).shape).toBe('helpsteer');
		expect(recognise([{ prompt: 'Q', response: 'x', helpfulness: 'very' }], false).shape).not.toBe('helpsteer');
	});
});

describe('arena battles', () => {
	const turns = (...texts: string[]) => texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
	const battle = (winner: string) => ({
		question_id: '58210e39', model_a: 'chatglm-6b', model_b: 'koala-13b', winner, judge: 'arena_user_973', turn: 2, language: 'English', tstamp: 1682351591.1322,
		conversation_a: turns('What is the difference?', 'None.', 'Sure?', 'Yes.'), conversation_b: turns('What is the difference?', 'Opponents.', 'Sure?', 'No.')
	});
	it.each([['model_a', 'None. | Sure? | Yes.'], ['model_b', 'Opponents. | Sure? | No.'], ['koala-13b', 'Opponents. | Sure? | No.'], ['tie', 'tie'], ['tie (bothbad)', 'both_bad'], ['both_bad', 'both_bad']])('%s', (winner, said) => {
		const { shape, row } = understand(battle(winner));
		expect(shape).toBe('arena');
		expect(row).toMatchObject({ language: 'en', messages: [{ role: 'user', content: 'What is the difference?' }] });
		expect(judged(row)).toEqual([{ said, judge: 'arena_user_973', at: '2023-04-24T15:53:11.132Z' }]);
	});
	it('reads a column for each outcome, prompts as JSON lists, and parts', () => {
		const kaggle = { id: 30192, model_a: 'gpt-4', model_b: 'gpt-3', prompt: '["Is it moral?", "OK"]', response_a: '["It depends.", "Fine"]', response_b: '["No.", "Bye"]', winner_model_a: 0, winner_model_b: 0, winner_tie: 1 };
		expect(judged(understand(kaggle).row)).toMatchObject([{ said: 'tie' }]);
		const part = (role: string, text: string) => ({ role, content: [{ type: 'text', text, image: null }] });
		const newer = { id: 'x', winner: 'model_b', conversation_a: [part('user', 'Q'), part('assistant', 'A')], conversation_b: [part('user', 'Q'), part('assistant', 'B')], evaluation_session_id: 's-1' };
		expect(judged(understand(newer).row)).toEqual([{ said: 'B', judge: 's-1', at: null }]);
	});
	it('names a winner it does not know', () => {
		expect(() => understand(battle('nobody in particular'))).toThrow(/^winner: which answer is better/);
	});
});
