import { describe, expect, it } from 'vitest';
import { readImportRow } from '../import-row.ts';
import { messageText } from '../message.ts';
import { nameInFile, readShape, recognise } from './recognise.ts';

const context = { seed: 's', splitSalt: 'salt', shares: { train: 1, dev: 0, test: 0 }, systemPrompt: null, matterIsGroup: false };

/** An item as it comes to be understood: its shape, question, answers, and every judgment by what it prefers; or what is wrong, by the file's field. */
function understand(record: unknown, file: string | null = null) {
	const how = recognise([record], false);
	const read = readShape(record, { ...how, isTable: false, file });
	if (!read.ok) return { shape: how.shape, error: read.error };
	const row = readImportRow(read.fields, 1, context);
	if (!row.ok) return { shape: how.shape, error: { ...row.error, field: nameInFile(row.error.field, read.names) } };
	const { messages, responses, pairs } = row.row;
	const textOf = (hash: string | null) => responses.find((one) => one.hash === hash)?.messages.map(messageText).join(' | ');
	const judged = pairs.flatMap((pair) => (pair.labels ?? []).map(({ verdict, judge, at }) => [verdict === 'a' ? textOf(pair.a) : verdict === 'b' ? textOf(pair.b) : verdict, judge, at]));
	return { shape: how.shape, asked: messages.map(messageText).join(' | '), answers: responses.map(({ hash }) => textOf(hash)), judged };
}

describe('Label Studio', () => {
	const annotation = (id: number, value: object, more: object = {}) => ({
		id, completed_by: { id, email: `a${id}@firm.example`, first_name: '', last_name: '' }, was_cancelled: false, ground_truth: false, created_at: '2021-03-09T22:16:08.728353Z', updated_at: '2021-03-09T22:17:08.728378Z', lead_time: 4.288,
		result: [{ from_name: 'pw', to_name: 'text1,text2', type: 'pairwise', value }], ...more
	});
	const task = (annotations: object[], data: object = { prompt: 'Which?', text1: 'One', text2: 'Two' }) => ({ id: 1, created_at: '2021-03-09T21:52:49.513742Z', project: 83, data, annotations, predictions: [] });
	const at = '2021-03-09T22:17:08.728Z';

	it('brings every annotator’s choice with name and time; who skipped could not judge', () => {
		expect(understand(task([annotation(1, { selected: 'left' }), annotation(2, { selected: 'right' }), annotation(3, {}, { was_cancelled: true, result: [] }), annotation(4, { choices: ['tie'] }, { result: [{ type: 'choices', from_name: 'or_no_preference', value: { choices: ['tie'] } }], completed_by: 10 })]))).toEqual({
			shape: 'label_studio', asked: 'Which?', answers: ['One', 'Two'],
			judged: [['One', 'a1@firm.example', at], ['Two', 'a2@firm.example', at], ['cannot_judge', 'a3@firm.example', at], ['tie', '10', at]]
		});
	});
	it('reads a dialogue, answers in a list and one answer judged alone', () => {
		expect(understand(task([annotation(1, { selected: 'right' })], { messages: [{ role: 'user', content: 'Q' }], answers: [{ text: 'One' }, { text: 'Two' }] }))).toMatchObject({ judged: [['Two', 'a1@firm.example', at]] });
		expect(understand(task([annotation(1, {}, { result: [{ type: 'choices', value: { choices: ['Bad'] } }] })], { question: 'Q', answer: 'A' }))).toMatchObject({ answers: ['A'], judged: [['bad', 'a1@firm.example', at]] });
		expect(understand(task([], { prompt: 'Q', text1: 'One', text2: 'Two' }))).toMatchObject({ shape: 'label_studio', judged: [] });
	});
	it('reads the short form', () => {
		expect(understand({ id: 1, prompt: 'Which?', answer1: 'One', answer2: 'Two', pairwise: [{ selected: 'right' }], annotator: 7, annotation_id: 11, created_at: '2021-03-09T22:16:08Z', updated_at: '2021-03-09T22:17:08Z', lead_time: 2 })).toEqual({ shape: 'label_studio', asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', '7', '2021-03-09T22:17:08.000Z']] });
	});
	it('reads the control that compares, or asks for a preference by its name, whatever stands before it', () => {
		const results = (...given: [string, string, object][]) => annotation(1, {}, { result: given.map(([from_name, type, value]) => ({ from_name, type, value })) });
		expect(understand(task([results(['safety', 'choices', { choices: ['1'] }], ['preference', 'choices', { choices: ['B'] }])]))).toMatchObject({ judged: [['Two', 'a1@firm.example', at]] });
		expect(understand(task([results(['preference', 'choices', { choices: ['1'] }], ['pw', 'pairwise', { selected: 'right' }])]))).toMatchObject({ judged: [['Two', 'a1@firm.example', at]] });
		// Who answered only the other question has not said which is better.
		expect(understand(task([results(['safety', 'choices', { choices: ['1'] }]), results(['preference', 'choices', { choices: ['B'] }])]))).toMatchObject({ judged: [['Two', 'a1@firm.example', at]] });
		expect(understand(task([results(['safety', 'choices', { choices: ['1'] }], ['style', 'choices', { choices: ['B'] }])]))).toMatchObject({ error: { field: 'annotations' } });
		const read = readShape(task([results(['safety', 'choices', { choices: ['1'] }], ['preference', 'choices', { choices: ['B'] }])], { prompt: 'Which?', text1: 'One', text2: 'Two', model: 'm' }), { shape: 'label_studio', mapping: null, isTable: false, file: null });
		expect(read).toMatchObject({ unread: ['data.model', 'annotations.result.safety'] });
	});
	it('refuses a ranking, and what it does not know; what somebody wrote beside is none', () => {
		const only = (type: string, value: object) => task([annotation(1, {}, { result: [{ from_name: 'r', type, value }] })]);
		expect(understand(only('ranker', { ranker: { best: ['two', 'one'] } }))).toMatchObject({ error: { field: 'annotations[0].result[0].type' } });
		expect(understand(only('number', { number: 2 }))).toMatchObject({ error: { field: 'annotations[0].result[0].type' } });
		for (const type of ['textarea', 'paragraphlabels']) expect(understand(only(type, { text: ['Hm.'] }))).toMatchObject({ answers: ['One', 'Two'], judged: [] });
	});
	it('names the annotation that says nothing known, and a task without a question', () => {
		expect(understand(task([annotation(1, { selected: 'left' }), annotation(2, { selected: 'purple' })]))).toMatchObject({ error: { field: 'annotations[1].result[0].value' } });
		expect(understand(task([annotation(1, { selected: 'left' })], { picture: 'x' }))).toMatchObject({ error: { field: 'data' } });
	});
});

describe('Argilla', () => {
	const fields = { prompt: 'Which?', response_1: 'One', response_2: 'Two' };
	it('reads version 2’s records, of which the preference', () => {
		const record = { id: 'r', _server_id: 'x', status: 'completed', fields, metadata: { matter: 'M-1' }, suggestions: { preference: { value: 'response_1', agent: 'model' } }, vectors: {}, responses: { comment: [{ value: 'Hm.', user_id: 'u1' }], preference: [{ value: 'response_2', user_id: 'u1' }, { value: 'tie', user_id: 'u2' }] } };
		expect(understand(record)).toEqual({ shape: 'argilla', asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', 'u1', null], ['tie', 'u2', null]] });
	});
	it('reads version 1’s, without what was discarded, and rankings', () => {
		const rank = (a: number, b: number) => ({ preference: { value: [{ value: 'response_1', rank: a }, { value: 'response_2', rank: b }] } });
		expect(understand({ fields, responses: [{ user_id: 'u1', status: 'submitted', values: rank(2, 1) }, { user_id: 'u2', status: 'discarded', values: rank(1, 2) }, { user_id: 'u3', status: 'submitted', values: rank(1, 1) }] })).toMatchObject({ judged: [['Two', 'u1', null], ['tie', 'u3', null]] });
	});
	it('reads the Hub’s columns', () => {
		expect(understand({ id: 'r', status: 'completed', ...fields, 'preference.responses': ['response_1', 'response_2'], 'preference.responses.users': ['u1', 'u2'], 'preference.responses.status': ['submitted', 'draft'], 'preference.suggestion': null })).toEqual({ shape: 'argilla', asked: 'Which?', answers: ['One', 'Two'], judged: [['One', 'u1', null]] });
	});
	it('names the answer that says nothing known', () => {
		expect(understand({ fields, responses: { preference: [{ value: 'perhaps', user_id: 'u' }] } })).toMatchObject({ error: { field: 'responses.preference[0].value' } });
	});
});

describe('Potato', () => {
	const shown = { id: 'item_1', prompt: 'Which?', responses: ['One', 'Two'], displayed_text: 'Which?' };
	it('reads pairwise tiles, sliders and ticked labels', () => {
		const line = (labels: object) => understand({ ...shown, user_id: 'ana', label_annotations: labels, span_annotations: {}, behavioral_data: { timestamp: '2024-01-01T12:00:00Z' } });
		const at = '2024-01-01T12:00:00.000Z';
		expect(line({ preference: { selection: 'A' } })).toEqual({ shape: 'potato', asked: 'Which?', answers: ['One', 'Two'], judged: [['One', 'ana', at]] });
		expect(line({ preference: { selection: 'tie' } })).toMatchObject({ judged: [['tie', 'ana', at]] });
		expect(line({ preference_scale: { scale_value: '2' } })).toMatchObject({ judged: [['Two', 'ana', at]] });
		expect(line({ fluency: { '1': 'true' }, preference: { 'both bad': true, left: false } })).toMatchObject({ judged: [['both_bad', 'ana', at]] });
		expect(line({})).toMatchObject({ judged: [] });
		expect(line({ preference: { a: true, b: true } })).toMatchObject({ error: { field: 'label_annotations.preference' } });
	});
	it('takes the annotator of the folder, and answers of what was shown', () => {
		expect(understand({ id: '1', displayed_text: 'Which?<br>A. One<br>B. Two', label_annotations: { preference: { B: 'true' } } }, 'annotation_output/bo@firm.example/annotated_instances.jsonl')).toMatchObject({ asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', 'bo@firm.example', null]] });
	});
});

describe('doccano', () => {
	it('reads labels of pairs and of one answer, by the file’s annotator', () => {
		expect(understand({ id: 1, text: 'Compare.', label: ['B'], prompt: 'Which?', response_a: 'One', response_b: 'Two', Comments: [] }, 'ana.jsonl')).toEqual({ shape: 'doccano', asked: 'Which?', answers: ['One', 'Two'], judged: [['Two', 'ana', null]] });
		expect(understand({ id: 1, text: 'An answer.', label: ['good'], prompt: 'Which?' }, 'all.jsonl')).toMatchObject({ answers: ['An answer.'], judged: [['good', null, null]] });
	});
	it('takes texts that were written as answers', () => {
		expect(understand({ id: 1, text: 'Translate: Guten Tag', label: ['Good day.', 'Hello.'] })).toMatchObject({ asked: 'Translate: Guten Tag', answers: ['Good day.', 'Hello.'] });
	});
	it('says what to bring along where there are no answers', () => {
		expect(understand({ id: 1, text: 'A review.', label: ['good'] })).toMatchObject({ error: { field: 'text' } });
	});
});
