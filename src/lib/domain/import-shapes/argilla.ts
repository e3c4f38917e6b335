import { itemOf } from './answers-of.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import type { Scales } from './scales.ts';
import { isFields, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';

/** Questions that are asked of an item, with what each annotator answered. */
type Answered = { question: string; said: unknown; judge?: string; field: string };

const user = (id: unknown): { judge?: string } => (isText(id) || typeof id === 'number' ? { judge: String(id) } : {});
/** An answer that its annotator discarded or has not sent is none. */
const isSent = (status: unknown) => status === undefined || status === null || status === 'submitted';

/** A ranking as its first: `["b", "a"]` or `[{value, rank}]`; equal ranks are a tie. */
function plain(value: unknown): unknown {
	if (!Array.isArray(value)) return value;
	if (!value.every(isFields)) return value[0] as unknown;
	const ranked = value.map((one) => ({ value: one['value'], rank: Number(one['rank'] ?? 1) })).sort((x, y) => x.rank - y.rank);
	return ranked.length > 1 && ranked[0]?.rank === ranked[1]?.rank ? 'tie' : ranked[0]?.value;
}

/** Version 2's `to_json`: `responses: {question: [{value, user_id}]}`; version 1's: `responses: [{user_id, status, values: {question: {value}}}]`. */
function nested(record: Fields): Answered[] {
	const { responses } = record;
	if (isFields(responses)) {
		return Object.entries(responses).flatMap(([question, given]) =>
			(Array.isArray(given) ? given : []).flatMap((one: unknown, i) => (isFields(one) && isSent(one['status']) ? [{ question, said: plain(one['value']), ...user(one['user_id']), field: `responses.${question}[${i}].value` }] : []))
		);
	}
	return (Array.isArray(responses) ? responses : []).flatMap((one: unknown, i) => {
		if (!isFields(one) || !isSent(one['status']) || !isFields(one['values'])) return [];
		return Object.entries(one['values']).map(([question, given]) => ({ question, said: plain(isFields(given) ? given['value'] : given), ...user(one['user_id']), field: `responses[${i}].values.${question}` }));
	});
}

const FLAT = /^(.+)\.responses$/u;

/** The Hub's flat form: columns `question.responses`, `.responses.users`, `.responses.status` beside the fields. */
function flat(record: Fields): Answered[] {
	return Object.keys(record).flatMap((column) => {
		const question = FLAT.exec(column)?.[1];
		const given = record[column];
		if (question === undefined || !Array.isArray(given)) return [];
		const [users, statuses] = [record[`${column}.users`], record[`${column}.status`]];
		return given.flatMap((said: unknown, i) => (isSent(Array.isArray(statuses) ? statuses[i] : null) ? [{ question, said: plain(said), ...user(Array.isArray(users) ? users[i] : null), field: `${column}[${i}]` }] : []));
	});
}

/** Questions that ask which answer is better, or whether one is good. */
const PREFERENCE = /prefer|better|best|rank|choice|choose|label|verdict|quality|偏好|更好|选择|标签/iu;

function read(item: Fields, metadata: Fields, answered: readonly Answered[], within: string, scales: Scales): ShapeRead {
	const found = itemOf(item);
	if (!found) return unread(within || 'row', 'no field that holds a question (prompt, question, instruction …)');
	const isRating = (asked: string) => answered.every(({ question, said }) => question !== asked || typeof said === 'number');
	const all = [...new Set(answered.map(({ question }) => question))];
	// A question that is answered by numbers rates; it prefers none.
	const questions = all.filter((question) => !isRating(question));
	const asked = questions.find((question) => PREFERENCE.test(question)) ?? questions[0];
	const labels: Label[] = answered.filter(({ question }) => question === asked).map(({ question, said, judge, field }) => ({ said, question, ...(judge === undefined ? {} : { judge }), field }));
	const own = rest(item, [found.promptField, ...found.answerFields.map((field) => field.replace(/\[\d+\]$/u, ''))], ['images', 'documents']).filter((name) => within !== '' || !/\.(?:responses|suggestion)(?:\.|$)/u.test(name));
	return passing(labelledItem({ ...found, promptField: within + found.promptField }, metadata, labels, scales), [...own.map((name) => within + name), ...all.filter((question) => question !== asked).map((question) => `responses.${question}`)]);
}

/**
 * Argilla: records as `to_json` and `to_list` give them in version 2, FeedbackDataset's of
 * version 1, and the flat columns of `to_datasets` (docs.argilla.io, "Import and export").
 * Of several questions the one about a preference is read. What was only suggested by a model is no judgment.
 */
export const argilla: ImportShape = {
	name: 'argilla',
	fits: (record) => (isFields(record['fields']) && (isFields(record['responses']) || Array.isArray(record['responses']))) || Object.keys(record).some((key) => FLAT.test(key) && `${key}.users` in record),
	says: (record) => (isFields(record['fields']) ? nested(record) : flat(record)).map(({ question, said }) => [question, said] as const),
	read: (record, _file, scales) => (isFields(record['fields']) ? read(record['fields'], isFields(record['metadata']) ? record['metadata'] : {}, nested(record), 'fields.', scales) : read(record, record, flat(record), '', scales))
};
