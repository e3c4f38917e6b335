import { languageOf } from './languages.ts';
import { refusedVerdict } from './refused-judgment.ts';
import type { Scales } from './scales.ts';
import { along, has, isFields, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';
import { asJudgment, verdictBeside, verdictOf, when } from './verdict-words.ts';
import type { ForeignVerdict } from './verdict-words.ts';

/** A turn of a battle: text, or the parts of which newer sets are made. */
function turn(message: unknown): unknown {
	if (!isFields(message)) return message;
	const { role, content } = message;
	if (!Array.isArray(content)) return { role, content };
	const texts = content.filter((part): part is Fields => isFields(part) && typeof part['text'] === 'string');
	return texts.length === content.length ? { role, content: texts.map((part) => part['text']).join('\n') } : { role, content };
}

/** A list of texts that some sets write as one JSON text. */
function texts(value: unknown): unknown[] {
	if (typeof value !== 'string') return Array.isArray(value) ? value : [value];
	if (!value.trimStart().startsWith('[')) return [value];
	try {
		const read = JSON.parse(value) as unknown;
		return Array.isArray(read) ? read : [value];
	} catch {
		return [value];
	}
}

/** The two conversations of a battle. */
function conversations(record: Fields): [unknown[], unknown[]] | null {
	const [a, b] = [record['conversation_a'], record['conversation_b']];
	if (Array.isArray(a) && Array.isArray(b)) return [a.map(turn), b.map(turn)];
	if (!has(record, 'prompt') || !has(record, 'response_a') || !has(record, 'response_b')) return null;
	const asked = texts(record['prompt']);
	const answered = (side: 'a' | 'b') => {
		const answers = texts(record[`response_${side}`]);
		return asked.flatMap((content, i) => [{ role: 'user', content }, { role: 'assistant', content: answers[i] }]);
	};
	return [answered('a'), answered('b')];
}

/** What a battle's sides are called where models are not meant. */
const SIDES = ['conversation_a', 'conversation_b'] as const;

function outcome(record: Fields, scales: Scales): ForeignVerdict | null {
	const { winner } = record;
	// A model's name may end in a number, which numbers no answer.
	if (has(record, 'winner')) return verdictOf(winner, [String(record['model_a'] ?? 'model_a'), String(record['model_b'] ?? 'model_b')]) ?? verdictBeside(winner, SIDES, scales.get('winner'));
	const said = ([['winner_model_a', 0], ['winner_model_b', 1], ['winner_tie', 'tie'], ['winner_both_bad', 'both_bad']] as const).filter(([name]) => record[name] === true || Number(record[name]) === 1);
	return said.length === 1 ? (said[0]?.[1] ?? null) : null;
}

const READ = ['conversation_a', 'conversation_b', 'prompt', 'response_a', 'response_b', 'winner', 'winner_model_a', 'winner_model_b', 'winner_tie', 'winner_both_bad', 'model_a', 'model_b', 'judge', 'evaluation_session_id', 'user_id', 'tstamp', 'timestamp'];

/**
 * Battles of a chatbot arena (huggingface.co/datasets/lmsys/chatbot_arena_conversations,
 * lmarena-ai/arena-human-preference-140k, lmarena-ai/arena-human-preference-55k):
 * two conversations and a `winner` in four outcomes, or a column for each
 * outcome. All four become judgments of the person who voted. What both
 * conversations share is the question, up to a turn of that person.
 */
export const arena: ImportShape = {
	name: 'arena',
	fits: (record) => (has(record, 'winner') || has(record, 'winner_model_a')) && conversations(record) !== null,
	read: (record, _file, scales) => {
		const both = conversations(record);
		if (!both) return unread('conversation_a', 'missing: the conversations of both sides');
		const [a, b] = both;
		const most = Math.min(a.length, b.length) - 1;
		let shared = 0;
		while (shared < most && JSON.stringify(a[shared]) === JSON.stringify(b[shared])) shared += 1;
		const isUser = (message: unknown) => isFields(message) && message['role'] === 'user';
		while (shared > 0 && !isUser(a[shared - 1])) shared -= 1;
		if (shared === 0) return unread('conversation_b', 'does not begin as “conversation_a” does: the two answer different questions');
		const verdict = outcome(record, scales);
		if (verdict === null) return refusedVerdict(has(record, 'winner') ? 'winner' : 'winner_model_a', record['winner'], SIDES, scales.get('winner'));
		const language = languageOf(record['language']);
		return {
			ok: true,
			fields: {
				...along(record, ['language']),
				messages: a.slice(0, shared),
				responses: [{ messages: a.slice(shared) }, { messages: b.slice(shared) }],
				judgments: [{ ...asJudgment(verdict), ...judge(record), ...when(record['tstamp'] ?? record['timestamp']) }],
				...language
			},
			names: { 'responses[0]': 'conversation_a', 'responses[1]': 'conversation_b', messages: 'conversation_a' },
			numbers: [['winner', record['winner']]],
			unread: rest(record, READ, 'language' in language ? [] : ['language'])
		};
	}
};

const judge = (record: Fields): { judge?: string } => {
	const name = record['judge'] ?? record['evaluation_session_id'] ?? record['user_id'];
	return typeof name === 'string' || typeof name === 'number' ? { judge: String(name) } : {};
};
