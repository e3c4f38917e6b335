import { fieldOf, itemOf } from './answers-of.ts';
import type { Item } from './answers-of.ts';
import { judgingQuestion, SEVERAL } from './judging-question.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import { numberOf } from './scales.ts';
import type { Scales } from './scales.ts';
import { isFields, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';
import { labelOf, verdictBeside } from './verdict-words.ts';

/** Questions that are asked of an item, with what each annotator answered. */
type Answered = { question: string; said: unknown; judge?: string; field: string };

const user = (id: unknown): { judge?: string } => (isText(id) || typeof id === 'number' ? { judge: String(id) } : {});
/** An answer that its annotator discarded or has not sent is none. */
const isSent = (status: unknown) => status === undefined || status === null || status === 'submitted';

/** Version 2's `to_json`: `responses: {question: [{value, user_id}]}`; version 1's: `responses: [{user_id, status, values: {question: {value}}}]`. */
function nested(record: Fields): Answered[] {
	const { responses } = record;
	if (isFields(responses)) {
		return Object.entries(responses).flatMap(([question, given]) =>
			(Array.isArray(given) ? given : []).flatMap((one: unknown, i) => (isFields(one) && isSent(one['status']) ? [{ question, said: one['value'], ...user(one['user_id']), field: `responses.${question}[${i}].value` }] : []))
		);
	}
	return (Array.isArray(responses) ? responses : []).flatMap((one: unknown, i) => {
		if (!isFields(one) || !isSent(one['status']) || !isFields(one['values'])) return [];
		return Object.entries(one['values']).map(([question, given]) => ({ question, said: isFields(given) ? given['value'] : given, ...user(one['user_id']), field: `responses[${i}].values.${question}` }));
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
		return given.flatMap((said: unknown, i) => (isSent(Array.isArray(statuses) ? statuses[i] : null) ? [{ question, said, ...user(Array.isArray(users) ? users[i] : null), field: `${column}[${i}]` }] : []));
	});
}

/**
 * What an annotator answered, in a word: a ranking of both answers (`["b", "a"]` or
 * `[{value, rank}]`) by its first, or as a tie where the ranks are equal; of one label that
 * label. Several labels, or a ranking of fewer, are no word.
 */
function inAWord(said: unknown, item: Item): unknown {
	if (!Array.isArray(said)) return said;
	const ranked = said.map((one: unknown, i) => (isFields(one) ? { value: one['value'], rank: numberOf(one['rank']) } : { value: one, rank: i }));
	if (ranked.length === 1 && !isFields(said[0])) return ranked[0]?.value;
	const places = ranked.map(({ value }) => verdictBeside(value, item.answerFields as [string, string]));
	if (item.answers.length !== 2 || !places.includes(0) || !places.includes(1) || ranked.length !== 2) return said.some(isFields) ? null : said.join(', ');
	const [first, second] = ranked.toSorted((x, y) => (x.rank ?? NaN) - (y.rank ?? NaN));
	if (first?.rank == null || second?.rank == null) return null;
	return first.rank === second.rank ? 'tie' : first.value;
}

/** A question that is answered by numbers rates; it prefers none. */
const isRating = (answered: readonly Answered[], asked: string) => answered.every(({ question, said }) => question !== asked || typeof said === 'number');

/** A record's item, what else the record holds, what was answered, and where the item lies. */
type Found = { item: Fields; metadata: Fields; beside: readonly string[]; answered: readonly Answered[]; within: '' | 'fields.' };

function read({ item, metadata, beside, answered, within }: Found, scales: Scales): ShapeRead {
	const found = itemOf(item);
	if (!found) return unread(within === '' ? 'row' : 'fields', 'no field that holds a question (prompt, question, instruction …)');
	const said = answered.map((one) => ({ ...one, said: inAWord(one.said, found) }));
	const all = [...new Set(answered.map(({ question }) => question))];
	const asked = judgingQuestion(all.filter((question) => !isRating(answered, question)), (one) => said.some(({ question, said: word }) => question === one && (labelOf(word) !== null || verdictBeside(word, found.answerFields as [string, string]) !== null)));
	if (asked === null) return unread(answered[0]?.field ?? 'responses', SEVERAL);
	const labels: Label[] = said.filter(({ question }) => question === asked);
	const own = rest(item, [found.promptField, ...found.answerFields.map(fieldOf)], ['images', 'documents']).filter((name) => within !== '' || !/\.(?:responses|suggestion)(?:\.|$)/u.test(name));
	return passing(labelledItem({ ...found, promptField: within + found.promptField }, metadata, labels, scales), [...own.map((name) => within + name), ...all.filter((question) => question !== asked).map((question) => `responses.${question}`), ...beside]);
}

/** What Argilla keeps of a record for itself. */
const ABOUT = ['id', '_server_id', 'external_id', 'status', 'inserted_at', 'updated_at', 'fields', 'responses', 'metadata'];

function recordWithFields(record: Fields, fields: Fields): Found {
	const metadata = isFields(record['metadata']) ? record['metadata'] : {};
	return { item: fields, metadata, beside: [...rest(metadata, []).map((name) => `metadata.${name}`), ...rest(record, ABOUT)], answered: nested(record), within: 'fields.' };
}

/**
 * Argilla: records as `to_json` and `to_list` give them in version 2, FeedbackDataset's of
 * version 1, and the flat columns of `to_datasets` (docs.argilla.io, "Import and export").
 * Of several questions the one about a preference is read; ratings are not. What was only suggested by a model is no judgment, and told as not read.
 */
export const argilla: ImportShape = {
	name: 'argilla',
	fits: (record) => (isFields(record['fields']) && (isFields(record['responses']) || Array.isArray(record['responses']))) || Object.keys(record).some((key) => FLAT.test(key) && `${key}.users` in record),
	says: (record) => (isFields(record['fields']) ? nested(record) : flat(record)).map(({ question, said }) => [question, said] as const),
	read: (record, _file, scales) => read(isFields(record['fields']) ? recordWithFields(record, record['fields']) : { item: record, metadata: record, beside: [], answered: flat(record), within: '' }, scales)
};
