import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { messageText } from '../message.ts';
import { nameInFile, readShape, recognise } from './recognise.ts';
import type { SaidShape } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

type Told = { said: (string | null | undefined)[]; unread: readonly string[] } | { field: string; message: string };

/** What each row of a file is taken to say: the better answer or the verdict, null where nothing is said, with what was not read; or the field that it is refused by. */
function told(rows: readonly object[], isTable = false, said: SaidShape = {}): Told[] {
	const how = recognise(rows, isTable, said);
	return rows.map((record) => {
		const read = readShape(record, { ...how, isTable, file: null });
		if (!read.ok) return read.error;
		const row = readImportRow(read.fields, 1, context);
		if (!row.ok) return { ...row.error, field: nameInFile(row.error.field, read.names) };
		const { responses, pairs } = row.row;
		const textOf = (hash: string | null) => responses.find((one) => one.hash === hash)?.messages.map(messageText).join(' | ');
		return { said: pairs.flatMap(({ a, b, verdict, labels }) => [...(labels ?? []).map((label) => label.verdict), ...(labels ? [] : [verdict])].map((one) => (one === 'a' ? textOf(a) : one === 'b' ? textOf(b) : one))), unread: read.unread ?? [] };
	});
}

/** The same in a word a row: what is said, “nothing”, or the field that refuses it. */
const words = (rows: readonly object[], isTable = false, said: SaidShape = {}) => told(rows, isTable, said).map((one) => ('field' in one ? `! ${one.field}` : (one.said[0] ?? 'nothing')));

const cells = (rows: readonly Record<string, unknown>[]) => rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])));
const turns = [{ role: 'user', content: 'Which?' }];
const alone = { prompt: 'Which?', response: 'One' };
const ours = { prompt: 'Which?', completion: 'One' };
const beside = { prompt: 'Which?', response_a: 'One', response_b: 'Two' };
/** An answer alone as Label Studio and Potato give it, with what was chosen. */
const labelStudio = (choice: string) => ({ data: { ...alone }, annotations: [{ result: [{ from_name: 'q', type: 'choices', value: { choices: [choice] } }] }] });
const potato = (choice: string) => ({ ...alone, label_annotations: { good: { [choice]: 'true' } } });

describe('a minus sign is no blank', () => {
	it('beside one answer', () => {
		for (const [labels, want] of [[[-1, 1], ['bad', 'good']], [['-1', '+1'], ['bad', 'good']], [['−1', 1], ['bad', 'good']], [[-1], ['bad']], [[-2, 1], ['! label', '! label']]] as const) {
			for (const base of [ours, { prompt: turns, completion: 'One' }, { ...alone, prompt: turns }, { messages: [...turns, { role: 'assistant', content: 'One' }] }]) {
				if (!('messages' in base) || typeof labels[0] === 'number') expect(words(labels.map((label) => ({ ...base, label })))).toEqual(want);
			}
			expect(words(cells(labels.map((label) => ({ ...ours, label }))), true)).toEqual(want);
			expect(words(cells(labels.map((label) => ({ ...alone, label }))), true)).toEqual(want);
		}
		// Where there is a −1 below it a 0 is neither.
		expect(words([-1, 0, 1].map((label) => ({ ...ours, label })))).toEqual(['bad', '! label', 'good']);
		expect(words(['-1', '+1'].map(labelStudio))).toEqual(['bad', 'good']);
		expect(words(['-1', '+1'].map(potato))).toEqual(['bad', 'good']);
		expect(words([{ ...alone, thumbs: -1 }, { ...alone, thumbs: 1 }])).toEqual(['bad', 'good']);
	});

	it('beside two', () => {
		for (const field of ['preference', 'label', 'verdict', 'choice']) expect(words([-2, -1, 0, 1, 2].map((said) => ({ ...beside, prompt: turns, [field]: said })))).toEqual(Array(5).fill(`! ${field}`));
		expect(words(cells([-2, 2].map((preference) => ({ ...beside, preference }))), true)).toEqual(['! preference', '! preference']);
		expect(words([{ ...beside, prompt: turns, preference: '-1 (first)' }])).toEqual(['! preference']);
		// A sign between letters, or before a number that is part of a name, is one.
		expect(words([{ ...beside, prompt: turns, preference: 'Response-B' }, { ...beside, prompt: turns, preference: 'response-1' }])).toEqual(['Two', 'One']);
	});
});

describe('a rating is no good or bad, and prefers nothing', () => {
	it('in rows of ours and tables: it is told as not read, whatever it is', () => {
		const expected = [1, 3, 5].map(() => ({ said: [null], unread: ['rating'] }));
		expect(told([1, 3, 5].map((rating) => ({ messages: turns, response: 'One', rating })))).toEqual(expected);
		expect(told(cells([1, 3, 5].map((rating) => ({ ...alone, rating }))), true)).toEqual(expected);
		expect(told([{ ...alone, rating: 1 }])).toEqual(expected.slice(0, 1));
	});

	it('unless it is words for good and bad', () => {
		for (const [good, bad] of [['good', 'bad'], ['up', 'Down'], ['true', 'false']] as const) {
			const rows = [good, bad, ''].map((rating) => ({ ...alone, rating }));
			expect(words(rows, true)).toEqual(['good', 'bad', 'nothing']);
			expect(words(rows.slice(0, 2).map((row) => ({ ...row, prompt: turns, Rating: row.rating, rating: undefined })))).toEqual(['good', 'bad']);
		}
		expect(recognise([{ ...alone, rating: 'good' }], true).mapping).toMatchObject({ label: 'rating' });
		// A word that is none, or a number among them, leaves it a rating.
		for (const other of ['so-so', '3', '0']) expect(told([{ ...alone, rating: 'good' }, { ...alone, rating: other }], true)).toEqual(Array(2).fill({ said: [null], unread: ['rating'] }));
	});

	it('of one answer under the name of a label: a scale with another number than two refuses all', () => {
		expect(words([1, 3, 5].map((label) => ({ ...ours, label })))).toEqual(Array(3).fill('! label'));
		expect(words(cells([1, 3, 5].map((thumbs) => ({ ...alone, thumbs }))), true)).toEqual(Array(3).fill('! thumbs'));
		expect(words([1, 0.5, 0].map((feedback) => ({ messages: turns, response: 'One', feedback })))).toEqual(Array(3).fill('! feedback'));
		expect(words([1, 3].map((rating) => ({ ...alone, rating })), true, { mapping: { prompt: 'prompt', answer: 'response', label: 'rating' } })).toEqual(['! rating', '! rating']);
		expect(words([1, 0].map((rating) => ({ ...alone, rating })), true, { mapping: { prompt: 'prompt', answer: 'response', label: 'rating' } })).toEqual(['good', 'bad']);
		expect(told([{ messages: turns, response: 'One', feedback: 'It answers what was asked, if at some length.' }])).toEqual([{ said: [null], unread: ['feedback'] }]);
	});

	it('and a remark is none, however short; a mark is refused', () => {
		const row = (field: string, said: unknown) => told([{ messages: turns, response: 'One', [field]: said }])[0];
		for (const [field, said] of [['feedback', 'Nice tone'], ['评价', '语气很好'.concat('也准确')], ['Feedback', 'Too long, but right.']] as const) expect(row(field, said)).toEqual({ said: [null], unread: [field] });
		for (const [field, said] of [['feedback', 'perfect'], ['feedback', 4], ['feedback', '4 of 5'], ['feedback', '-2 (poor)'], ['thumbs', 'half way up'], ['label', 'Nice tone']] as const) expect(row(field, said)).toMatchObject({ field });
		expect(row('feedback', 'thumbs down')).toEqual({ said: ['bad'], unread: [] });
	});

	it('in annotation tools', () => {
		const stars = (data: object, rating: number) => ({ data, annotations: [{ result: [{ from_name: 'stars', type: 'rating', value: { rating } }] }] });
		for (const data of [alone, beside]) expect(words([1, 2, 5].map((rating) => stars(data, rating)))).toEqual(Array(3).fill('! annotations[0].result[0].type'));
		const asked = (value: number) => ({ fields: { ...beside }, responses: { quality: [{ value }] } });
		expect(told([1, 2, 5].map(asked))).toEqual([1, 2, 5].map(() => ({ said: [null], unread: ['responses.quality'] })));
		for (const ticks of [['1'], ['1', '3', '5']]) {
			expect(words(ticks.map(potato))).toEqual(ticks.map(() => '! label_annotations.good'));
			expect(words(ticks.map(labelStudio))).toEqual(ticks.map(() => '! annotations[0].result[0].value'));
		}
		expect(words(['1', '0'].map(labelStudio))).toEqual(['good', 'bad']);
	});
});

describe('a number of an answer', () => {
	it.each(['preference', 'choice', 'selection', 'verdict', 'better', 'label'])('in %s is read only where no other file would mean another by it', (field) => {
		const rows = (numbers: readonly number[]) => numbers.map((number) => ({ ...beside, prompt: turns, [field]: number }));
		const refused = (numbers: readonly number[]) => numbers.map(() => `! ${field}`);
		for (const numbers of [[0, 1], [0, 1, 2], [1, 1], [0], [1, 2, 3]]) {
			expect(words(rows(numbers))).toEqual(refused(numbers));
			expect(words(cells(rows(numbers).map((row) => ({ ...row, prompt: 'Which?' }))), true)).toEqual(refused(numbers));
		}
		expect(words(rows([1, 2]))).toEqual(['One', 'Two']);
		expect(words(cells(rows([1, 2]).map((row) => ({ ...row, prompt: 'Which?' }))), true)).toEqual(['One', 'Two']);
	});

	it('is one of answers that are numbered so, unless the file has a number that none bears', () => {
		const numbered = { prompt: turns, response_1: 'One', response_2: 'Two' };
		expect(words([1, 1].map((label) => ({ ...numbered, label })))).toEqual(['One', 'One']);
		expect(words([0, 1].map((preference) => ({ ...numbered, preference })))).toEqual(['! preference', '! preference']);
		expect(words([0, 1].map((better_response_id) => ({ prompt: 'Which?', response_0: 'One', response_1: 'Two', better_response_id })))).toEqual(['One', 'Two']);
	});

	it('in an annotation tool, and in a battle between models that are numbered', () => {
		const chosen = (choice: string, data: object = { prompt: 'Which?', responses: ['One', 'Two'] }) => ({ data, annotations: [{ result: [{ from_name: 'better', type: 'choices', value: { choices: [choice] } }] }] });
		expect(words(['0', '1'].map((choice) => chosen(choice)))).toEqual(Array(2).fill('! annotations[0].result[0].value'));
		expect(words(['1', '2'].map((choice) => chosen(choice)))).toEqual(['One', 'Two']);
		expect(words([chosen('2', { prompt: 'Which?', response_1: 'One', response_2: 'Two' })])).toEqual(['Two']);
		const battle = (winner: unknown) => ({ model_a: 'm-1', model_b: 'm-2', winner, prompt: 'Which?', response_a: 'One', response_b: 'Two' });
		expect(words([battle(0), battle(1)])).toEqual(['! winner', '! winner']);
		expect(words([battle('m-2'), battle('model_a')])).toEqual(['Two', 'One']);
	});

	it('says what would be right', () => {
		expect(told([{ ...beside, prompt: turns, preference: 1 }])).toMatchObject([{ message: expect.stringMatching(/^a number says which .* numbered so/u) as unknown }]);
		expect(told([{ ...ours, label: 3 }])).toMatchObject([{ message: expect.stringMatching(/^a number is good or bad only/u) as unknown }]);
	});
});

describe('a verdict that is missing', () => {
	it('is no verdict, and “None” may be one: its row is refused', () => {
		const rows = ['A', 'None', 'nan', 'null'].map((preference) => ({ ...beside, preference }));
		expect(words(rows, true)).toEqual(['One', '! preference', 'nothing', 'nothing']);
		expect(words(rows.map((row) => ({ ...row, prompt: turns })))).toEqual(['One', '! preference', 'nothing', 'nothing']);
		expect(told(rows.slice(1, 2), true)).toMatchObject([{ message: expect.stringMatching(/^“none” may mean/u) as unknown }]);
		expect(words([{ ...alone, label: 'NaN' }, { ...alone, label: 'None' }, { ...alone, label: 'yes' }], true)).toEqual(['nothing', '! label', 'good']);
		expect(words([{ ...beside, prompt: turns, preference: 'neither' }])).toEqual(['both_bad']);
	});
});

it('what is missing is no judgment that would be lost', () => {
	const pair = { prompt: 'Which?', chosen: 'One', rejected: 'Two' };
	for (const field of ['better_response_id', 'kto_tag', 'preferred']) {
		expect(words([{ ...pair, prompt: turns, [field]: 'nan' }])).toEqual(['One']);
		expect(words([{ ...pair, prompt: turns, [field]: 'first' }])).toEqual([`! ${field}`]);
	}
	expect(words([{ instruction: 'Which?', chosen: 'One', rejected: 'Two', kto_tag: 'nan' }], true)).toEqual(['One']);
});

describe('doccano’s texts', () => {
	const rows = (...labels: unknown[]) => told(labels.map((label, id) => ({ id, text: '6 * 7?', label: [label] })));
	it('are answers, numbers too where no mark is so large', () => {
		expect(rows('42', 'It is 42.', '6')).toEqual(Array(3).fill({ said: [], unread: [] }));
		expect(rows('4.5', '1', '2')).toMatchObject(Array(3).fill({ field: 'text' }));
		expect(rows('1', '5', '-1')).toMatchObject(Array(3).fill({ field: 'text' }));
		expect(rows('good', '42')).toMatchObject([{ field: 'text' }, { said: [] }]);
	});
});

describe('LLaMA-Factory’s kto_tag', () => {
	const alpaca = { instruction: 'Which?', input: '', output: 'One' };
	const sharegpt = { conversations: [{ from: 'human', value: 'Which?' }, { from: 'gpt', value: 'One' }] };
	const messages = { messages: [...turns, { role: 'assistant', content: 'One' }] };
	it('is a label in whatever form it stands, or refuses its row', () => {
		for (const base of [alpaca, sharegpt, messages]) {
			expect(words([true, false, 'True', 'false', 1, 0].map((tag) => ({ ...base, kto_tag: tag })))).toEqual(['good', 'bad', 'good', 'bad', 'good', 'bad']);
			expect(words([{ ...base, kto_tag: 'maybe' }, { ...base, kto_tag: true }])).toEqual(['! kto_tag', 'good']);
			for (const missing of [null, 'nan', 'NaN', '<NA>']) expect(told([{ ...base, kto_tag: missing }, { ...base, kto_tag: true }])[0]).toMatchObject({ said: [], unread: [] });
			const row = Object.fromEntries(Object.entries(base).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));
			expect(words(['True', 'False', '1', '0', 'maybe'].map((tag) => ({ ...row, kto_tag: tag })), true)).toEqual(['good', 'bad', 'good', 'bad', '! kto_tag']);
		}
	});

	it('and an answer beside two others are not dropped', () => {
		const pair = { instruction: 'Which?', chosen: 'One', rejected: 'Two' };
		expect(words([{ ...pair, output: 'Three' }])).toEqual(['! output']);
		expect(words([{ ...pair, output: 'One' }, { ...pair, output: '' }])).toEqual(['One', 'One']);
		expect(words([{ ...pair, kto_tag: true }])).toEqual(['! kto_tag']);
		expect(words([{ conversations: [{ from: 'human', value: 'Which?' }], chosen: { from: 'gpt', value: 'One' }, rejected: { from: 'gpt', value: 'Two' }, kto_tag: false }])).toEqual(['! kto_tag']);
	});
});

describe('Label Studio’s short forms, as its converter writes them', () => {
	const about = { id: 1, annotator: 7, annotation_id: 11, created_at: '2021-03-09T22:16:08Z', updated_at: '2021-03-09T22:17:08Z', lead_time: 2 };
	const item = { ...about, prompt: 'Which?', answer1: 'One', answer2: 'Two' };
	/** The same rows as JSON_MIN and as CSV, where all but texts is JSON. */
	const both = (rows: readonly object[]) => [told(rows), told(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))), true)];

	it('a comparison under whatever name', () => {
		for (const control of ['pw', 'comparison', 'q1', 'pairwise']) {
			for (const read of both([{ ...item, [control]: [{ selected: 'left' }] }, { ...item, [control]: [{ selected: 'right' }] }])) expect(read).toEqual([{ said: ['One'], unread: [] }, { said: ['Two'], unread: [] }]);
		}
	});

	it('choices, alone and beside others', () => {
		for (const read of both([{ ...item, preference: 'B' }, { ...item, preference: 'tie', safety: '1', comment: 'Hm.' }])) expect(read).toEqual([{ said: ['Two'], unread: [] }, { said: ['tie'], unread: ['safety', 'comment'] }]);
		for (const read of both([{ ...item, tone: { choices: ['A'] }, pw: [{ selected: 'right' }] }, { ...item, preference: 'A', pw: [{ selected: 'right' }] }])) expect(read).toMatchObject([{ said: ['Two'], unread: ['tone'] }, { field: 'preference' }]);
		for (const read of both([{ ...item, choice: 'A', label: 'B' }])) expect(read).toMatchObject([{ field: 'choice', message: expect.stringMatching(/^several controls/u) as unknown }]);
		for (const read of both([{ ...item, verdict: { choices: ['A', 'B'] } }, { ...item, pw: [{ selected: 'left' }, { selected: 'right' }] }])) expect(read).toMatchObject([{ field: 'verdict' }, { field: 'pw' }]);
		for (const read of both([{ ...item, answer2: undefined, tone: [{ taxonomy: [['Good']] }] }].map(({ answer1, ...row }) => ({ ...row, answer: answer1 })))) expect(read).toEqual([{ said: ['good'], unread: [] }]);
	});

	it('a single choice under a name of such columns, where it is the only one that judges', () => {
		const { answer1, answer2: _, ...one } = item;
		const single = { ...one, answer: answer1 };
		for (const control of ['winner', 'selection', 'judgment', 'Winner']) for (const read of both([{ ...item, [control]: 'A' }, { ...item, [control]: 'answer2', model: 'm' }])) expect(read).toEqual([{ said: ['One'], unread: [] }, { said: ['Two'], unread: ['model'] }]);
		for (const control of ['quality', 'is_good', 'thumbs']) for (const read of both([{ ...single, [control]: 'good' }, { ...single, [control]: 'no' }])) expect(read).toEqual([{ said: ['good'], unread: [] }, { said: ['bad'], unread: [] }]);
		for (const read of both([{ ...single, quality: '1' }, { ...single, quality: '0' }])) expect(read).toEqual(['1', '0'].map(() => ({ said: [null], unread: ['quality'] })));
		for (const read of both([{ ...item, winner: 'A', selection: 'B' }])) expect(read).toMatchObject([{ field: 'winner' }]);
		for (const read of both([{ ...item, preference: 'A', selection: 'B' }, { ...item, stars: [{ rating: 1 }], selection: 'B' }])) expect(read).toEqual([{ said: ['One'], unread: ['selection'] }, { said: ['Two'], unread: ['stars'] }]);
		for (const read of both([{ ...item, selection: 'Contract law' }])) expect(read).toEqual([{ said: [null], unread: ['selection'] }]);
	});

	it('a rating is refused, and a text of the item is no label', () => {
		for (const read of both([{ ...item, stars: [{ rating: 4 }] }])) expect(read).toMatchObject([{ field: 'stars' }]);
		for (const read of both([{ ...item, stars: [{ rating: 1 }], pw: [{ selected: 'left' }] }])) expect(read).toEqual([{ said: ['One'], unread: ['stars'] }]);
		for (const read of both([{ ...item, model: 'A', comparison_id: 'b' }])) expect(read).toEqual([{ said: [null], unread: ['model', 'comparison_id'] }]);
	});

	it('answers that are brought along are not told as not read', () => {
		expect(told([{ ...about, prompt: 'Which?', response_a: 'One', response_b: 'Two', preference: 'B' }], true)).toEqual([{ said: ['Two'], unread: [] }]);
	});
});

describe('what an annotation tool holds besides', () => {
	it('is told as not read', () => {
		const result = [{ from_name: 'pw', type: 'pairwise', value: { selected: 'left' } }];
		expect(told([{ id: 1, inner_id: 3, project: 2, total_annotations: 1, file_upload: 'x', data: { prompt: 'Which?', text1: 'One', text2: 'Two' }, annotations: [{ result }, { result: [{ from_name: 'no_preference', type: 'choices', value: { choices: ['tie'] } }] }], predictions: [{ result }], meta: { batch: 2 } }])).toEqual([{ said: ['One', 'tie'], unread: ['predictions', 'meta'] }]);
		expect(told([{ fields: { ...beside }, responses: { preference: [{ value: 'A' }] }, metadata: { source: 's', matter: 'M' }, suggestions: { preference: { value: 'B' } }, vectors: {} }])).toEqual([{ said: ['One'], unread: ['metadata.source', 'suggestions'] }]);
		expect(told([{ id: 1, user_id: 'ana', instance_data: { ...beside, source: 's' }, label_annotations: { preference: { selection: 'A' } }, span_annotations: { tone: [{ start: 0, end: 3 }] } }])).toEqual([{ said: ['One'], unread: ['instance_data.source', 'span_annotations'] }]);
	});

	it('and an item that has no question is refused by where it lies', () => {
		expect(told([{ fields: { picture: 'x' }, responses: {} }])).toMatchObject([{ field: 'fields' }]);
		expect(told([{ fields: { chat: turns, response_0: 'One', response_1: 'Two' }, responses: { preference: [{ value: 'response_1' }] } }])).toEqual([{ said: ['Two'], unread: [] }]);
	});
});

describe('of several questions of a tool', () => {
	const argilla = (responses: object) => ({ fields: { ...beside }, responses });
	it('Argilla’s preference is read, in whatever order they stand', () => {
		const [preference, quality, label] = [[{ value: 'A' }], [{ value: 2 }], [{ value: 'B' }]];
		for (const responses of [{ quality, preference, label }, { label, preference, quality }]) expect(told([argilla(responses)])).toEqual([{ said: ['One'], unread: Object.keys(responses).filter((name) => name !== 'preference').map((name) => `responses.${name}`) }]);
		expect(told([argilla({ comment: [{ value: 'Hm.' }], which: [{ value: 'B' }] })])).toEqual([{ said: ['Two'], unread: ['responses.comment'] }]);
		for (const responses of [{ preference, better: label }, { label, choice: preference }, { one: preference, other: label }]) expect(told([argilla(responses)])).toMatchObject([{ field: expect.stringMatching(/^responses\./u) as unknown, message: expect.stringMatching(/^several questions/u) as unknown }]);
		expect(told([argilla({ note: [{ value: 'Hm.' }], remark: [{ value: 'Well.' }] })])).toEqual([{ said: [null], unread: ['responses.note', 'responses.remark'] }]);
	});

	it('a preference is read beside the reason for it', () => {
		const [label, why] = [[{ value: 'A' }], [{ value: 'It is the better of both by far.' }]];
		for (const reason of ['why_better', 'preference_reason', 'best_because']) for (const responses of [{ preference: label, [reason]: why }, { [reason]: why, preference: label }]) expect(told([argilla(responses)])).toEqual([{ said: ['One'], unread: [`responses.${reason}`] }]);
		expect(told([argilla({ label, overall_comment: why })])).toEqual([{ said: ['One'], unread: ['responses.overall_comment'] }]);
		// Of two that say nothing known none is dropped.
		expect(told([argilla({ preference: [{ value: 'perhaps' }], why_better: why })])).toMatchObject([{ message: expect.stringMatching(/^several questions/u) as unknown }]);
		const potatoes = (annotations: object) => told([{ ...beside, label_annotations: annotations }]);
		expect(potatoes({ why_better: { text_box: 'Shorter.' }, preference: { selection: 'B' } })).toEqual([{ said: ['Two'], unread: ['label_annotations.why_better'] }]);
		expect(potatoes({ why_better: {}, preference: {} })).toEqual([{ said: [null], unread: ['label_annotations.preference'] }]);
	});

	it('several labels are no ranking, nor is a part of one', () => {
		const one = (value: unknown) => words([argilla({ ranking: [{ value }] })]);
		expect(one(['response_b', 'response_a'])).toEqual(['Two']);
		expect(one([{ value: 'response_a', rank: 2 }, { value: 'response_b', rank: 1 }])).toEqual(['Two']);
		expect(one([{ value: 'response_a', rank: 1 }, { value: 'response_b', rank: 1 }])).toEqual(['tie']);
		for (const value of [[{ value: 'response_a', rank: 1 }], [{ value: 'response_a' }, { value: 'response_b' }], ['response_a', 'response_a'], ['A', 'toxic']]) expect(one(value)).toEqual(['! responses.ranking[0].value']);
		expect(words([{ fields: { ...alone }, responses: { label: [{ value: ['bad', 'toxic'] }] } }, { fields: { ...alone }, responses: { label: [{ value: ['bad'] }] } }])).toEqual(['! responses.label[0].value', 'bad']);
	});

	it('Potato’s preference is read, and two of them are not guessed between', () => {
		const line = (annotations: object) => told([{ ...beside, label_annotations: annotations }]);
		expect(line({ overall: { a: true }, preference: { selection: 'B' } })).toEqual([{ said: ['Two'], unread: ['label_annotations.overall'] }]);
		expect(line({ fluency: { fine: true }, which: { selection: 'B' } })).toEqual([{ said: ['Two'], unread: ['label_annotations.fluency'] }]);
		for (const annotations of [{ helpful: { selection: 'A' }, safe: { selection: 'B' } }, { preference: { a: true }, better: { b: true } }]) expect(line(annotations)).toMatchObject([{ field: 'label_annotations', message: expect.stringMatching(/^several questions/u) as unknown }]);
		// Whoever left the preference open has not said it by something else.
		expect(line({ preference: {}, which: { selection: 'B' } })).toEqual([{ said: [null], unread: ['label_annotations.which'] }]);
	});
});

describe('strengths of preference', () => {
	const second = { split: 'train', prompt: 'c#', response_1: 'One', response_2: 'Two', preference_statement: '@Response 2 is slightly better.' };
	const third = { domain: 'general', language: 'english', context: turns, response1: 'One', response2: 'Two', individual_preference: [{ score: -2, reasoning: 'r', feedback1: 'f', feedback2: 'g' }] };
	/** The judgments of one record, as our own rows say them, in a file that has strengths below zero too. */
	const judgments = (record: object, isTable = false) => {
		const below = Object.fromEntries(['preference_strength', 'overall_preference'].filter((name) => name in record).map((name) => [name, -1]));
		const read = readShape(record, { ...recognise([record, { ...record, ...below }], isTable), isTable, file: null });
		return read.ok ? read.fields['judgments'] : read.error.field;
	};

	it('of HelpSteer2 and HelpSteer3 say which answer is better, and how clearly where our form has a word for it', () => {
		for (const [strength, want] of [[-3, { preferred: 0, strength: 'clearly' }], [-2, { preferred: 0 }], [-1, { preferred: 0, strength: 'slightly' }], [0, { verdict: 'tie' }], [1, { preferred: 1, strength: 'slightly' }], [3, { preferred: 1, strength: 'clearly' }]] as const) {
			expect(judgments({ ...second, preference_strength: strength })).toEqual([want]);
			expect(judgments(cells([{ ...second, preference_strength: strength }])[0] ?? {}, true)).toEqual([want]);
			expect(judgments({ ...third, overall_preference: strength })).toEqual([want]);
		}
		expect(told([{ ...second, preference_strength: 1 }, { ...second, preference_strength: -2 }])).toEqual(['Two', 'One'].map((said) => ({ said: [said], unread: ['split', 'preference_statement'] })));
		expect(told([{ ...third, overall_preference: -2 }])).toEqual([{ said: ['One'], unread: ['domain', 'individual_preference'] }]);
		expect(told([{ ...third, language: 'python', overall_preference: 0 }, { ...third, overall_preference: -1 }]).slice(0, 1)).toEqual([{ said: ['tie'], unread: ['domain', 'language', 'individual_preference'] }]);
	});

	it('are refused where they are none, and beside a verdict say nothing by themselves', () => {
		for (const strength of [4, 0.5, 'much']) expect(judgments({ ...second, preference_strength: strength })).toBe('preference_strength');
		expect(told([{ prompt: turns, response_1: 'One', response_2: 'Two', preference: 'A', preference_strength: 2 }])).toEqual([{ said: ['One'], unread: ['preference_strength'] }]);
	});

	it('never overrule a verdict, whatever it is called, nor are they read where none is below zero', () => {
		const row = { prompt: 'Which?', response_1: 'One', response_2: 'Two', preference_strength: 3 };
		for (const field of ['selection', 'Selection', 'Choice', '选择', '评判', 'Preference', 'better_response']) {
			const rows = ['response_1', 'response_2'].map((said, i) => ({ ...row, [field]: said, preference_strength: i === 0 ? 3 : -1 }));
			expect(words(rows)).toEqual(['One', 'Two']);
			expect(words(cells(rows), true)).toEqual(['One', 'Two']);
		}
		// What nobody knows to read decides nothing, but neither does the strength beside it.
		for (const field of ['preferred_response', 'human_preference', 'chosen_by']) expect(told([{ ...row, [field]: 'response_1' }, { ...row, [field]: 'response_2', preference_strength: -1 }]).map((one) => ('said' in one ? one.said : one))).toEqual([[null], [null]]);
		for (const overall of [[1, 2], [1, 2, 3], [0]]) {
			const rows = overall.map((overall_preference) => ({ ...third, overall_preference }));
			expect(words(rows)).toEqual(rows.map(() => '! overall_preference'));
		}
		expect(told([{ ...third, overall_preference: 2 }])).toMatchObject([{ message: expect.stringMatching(/^a strength says which/u) as unknown }]);
	});
});

it('what stands beside an answer in a list of them is told, not dropped', () => {
	expect(told([{ prompt: turns, answers: [{ answer: 'One', model: 'm', rank: 1 }, { answer: 'Two', model: 'n', rank: 2 }] }])).toEqual([{ said: [null], unread: ['answers.model', 'answers.rank'] }]);
});

it('an arena’s language is a tag or an English name, and else told as not read', () => {
	const battle = (language: string) => {
		const record = { model_a: 'm', model_b: 'n', winner: 'model_a', prompt: 'Which?', response_a: 'One', response_b: 'Two', language };
		const read = readShape(record, { ...recognise([record], false), isTable: false, file: null });
		return read.ok ? [read.fields['language'], read.unread] : read.error;
	};
	expect(['en', 'pl', 'zh-Hans', 'Polish', 'German', 'unknown'].map(battle)).toEqual([['en', []], ['pl', []], ['zh-Hans', []], [undefined, ['language']], ['de', []], [undefined, ['language']]]);
});
