import * as v from 'valibot';
import { MAX_TEXT_CHARS } from './artifact.ts';
import { contentHash, hmacSha256Hex } from './canonical-json.ts';
import { drawSplit } from './holdout.ts';
import type { Split, SplitShares } from './holdout.ts';
import { placeParts } from './import-parts.ts';
import type { Strength } from './judging-form.ts';
import { labelOf as goodOf } from './import-shapes/verdict-words.ts';
import { isStorableText, messageText, normaliseMessages } from './message.ts';
import type { Message, MessageRole } from './message.ts';
import { LanguageSchema, LANGUAGE_WORDS, SkillSchema, SKILL_WORDS } from './skills.ts';
import { canonicalOrder, comparisonHash, everyPair, queueKey } from './pairing.ts';
import { readRowJudgments } from './row-judgments.ts';
import type { RowJudgment } from './row-judgments.ts';
import { readMargin } from './row-margin.ts';
import { sharedTurns } from './shared-turns.ts';
import type { Verdict } from './verdict.ts';

/** A response of a staged row, with its content hash. */
export type StagedResponse = { hash: string; messages: Message[] };

/** A pair of a staged row in canonical order, or one answer alone (`b` null); `verdict` is the preference the file states, if any. */
export type StagedPair = {
	a: string;
	b: string | null;
	contentHash: string;
	orderKey: number;
	propensity: number;
	policy: string;
	verdict: Exclude<Verdict, 'cannot_judge'> | null;
	/** By how much the preferred answer is better, where the file says it of its preference. */
	margin?: number;
	/** Judgments that the file brings with who made them. */
	labels?: StagedLabel[];
};

/** A judgment that a file brings: canonical, how clear a preference was, who made it as the file names them, and when (ISO 8601). */
export type StagedLabel = { verdict: Verdict; strength?: Strength; margin?: number; judge: string | null; at: string | null };

/** A row of an import file, ready to be published. */
export type StagedRow = {
	line: number;
	promptHash: string;
	groupKey: string;
	split: Split;
	systemPromptId: string | null;
	messages: Message[];
	tags: string[] | null;
	matter: string | null;
	/** Skills that who judges it must have. */
	requires: string[];
	/** BCP 47 tag of the language it is written in; null: not said. */
	language: string | null;
	responses: StagedResponse[];
	pairs: StagedPair[];
};

/** What a row's meaning depends on besides the row: settings of the project. */
export type ImportContext = {
	seed: string;
	splitSalt: string;
	shares: SplitShares;
	systemPrompt: { id: string; body: string } | null;
	/** Questions of one matter are one group, whatever group a row names. */
	matterIsGroup: boolean;
};

/** A wrong field of a row: its path and what would be right. */
export type RowError = { field: string; message: string };

type Read = { ok: true; row: StagedRow } | { ok: false; error: RowError };
type Fields = Record<string, unknown>;
/** `single`: its one answer is judged alone; null: its answers are compared. */
type Given = { prompt: Message[]; responses: Message[][]; preferred: number | 'tie' | 'both_bad' | null; margin?: number | null; single?: { label: boolean | null } };

const wrong = (field: string, message: string) => ({ ok: false as const, error: { field, message } });

/** Responses one row may bring; every pair of them is compared. */
export const MAX_RESPONSES = 8;
const MAX_TURNS = 1000;

const TURNS = { same: (x: Message, y: Message) => contentHash(x) === contentHash(y), asks: ({ role }: Message) => role === 'user' || role === 'tool' };

const text = (fields: Fields, name: string): string | null => (typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : null);

/** Messages of one field: a text, one message, or a list of them. */
function readMessages(value: unknown, field: string, role: MessageRole): { ok: true; messages: Message[] } | ReturnType<typeof wrong> {
	if (value === undefined || value === null) return wrong(field, 'missing');
	if (Array.isArray(value) && value.length > MAX_TURNS) return wrong(field, `at most ${MAX_TURNS} turns, here are ${value.length}`);
	const single = typeof value === 'object' && !Array.isArray(value);
	const read = normaliseMessages(single ? [{ role, ...value }] : value, role, field);
	if (!read.ok) {
		const first = read.problem.errors?.[0] ?? { field, message: read.problem.detail };
		return wrong(first.field, first.message.startsWith('Invalid key: Expected "role"') ? 'missing: system, user, assistant or tool' : first.message);
	}
	for (const [i, message] of read.value.entries()) {
		const at = typeof value === 'string' ? field : `${field}[${i}].content`;
		const text = messageText(message);
		if (typeof message.content === 'string' && text.trim() === '') return wrong(at, 'must not be empty');
		if (text.length > MAX_TEXT_CHARS) return wrong(at, `has ${text.length} characters; at most ${MAX_TEXT_CHARS}`);
	}
	return { ok: true, messages: read.value };
}

/** `{prompt, chosen, rejected}`; chosen and rejected may repeat the prompt as Hugging Face sets do. */
function readPreference(fields: Fields): { ok: true; given: Given } | ReturnType<typeof wrong> {
	const chosen = readMessages(fields['chosen'], 'chosen', 'assistant');
	if (!chosen.ok) return chosen;
	const rejected = readMessages(fields['rejected'], 'rejected', 'assistant');
	if (!rejected.ok) return rejected;
	let prompt: Message[];
	let [a, b] = [chosen.messages, rejected.messages];
	if (fields['prompt'] !== undefined || fields['messages'] !== undefined) {
		const read = readMessages(fields['prompt'] ?? fields['messages'], fields['prompt'] === undefined ? 'messages' : 'prompt', 'user');
		if (!read.ok) return read;
		prompt = read.messages;
		const repeats = (answer: Message[]) => answer.length > prompt.length && prompt.every((message, i) => contentHash(message) === contentHash(answer[i] ?? null));
		if (repeats(a) && repeats(b)) [a, b] = [a.slice(prompt.length), b.slice(prompt.length)];
	} else {
		const shared = sharedTurns(a, b, TURNS);
		if (shared === 0) return wrong('prompt', 'missing: give “prompt”, or let “chosen” and “rejected” begin with the same conversation');
		prompt = a.slice(0, shared);
		[a, b] = [a.slice(shared), b.slice(shared)];
	}
	const margin = readMargin(fields['margin'], { answers: 2, prefers: true });
	return margin.ok ? { ok: true, given: { prompt, responses: [a, b], preferred: 0, margin: margin.margin } } : margin;
}

/** `{messages, responses: […]}`, also with `prompt` for `messages`. */
function readResponses(fields: Fields): { ok: true; given: Given } | ReturnType<typeof wrong> {
	const name = fields['messages'] === undefined ? 'prompt' : 'messages';
	const prompt = readMessages(fields[name], name, 'user');
	if (!prompt.ok) return prompt;
	const list = fields['responses'] ?? [];
	if (!Array.isArray(list)) return wrong('responses', 'must be a list of answers');
	if (list.length > MAX_RESPONSES) return wrong('responses', `at most ${MAX_RESPONSES} answers a row, here are ${list.length}`);
	const responses: Message[][] = [];
	for (const [i, item] of list.entries()) {
		const value = item !== null && typeof item === 'object' && 'messages' in item ? (item as { messages: unknown }).messages : item;
		const read = readMessages(value, `responses[${i}]`, 'assistant');
		if (!read.ok) return read;
		responses.push(read.messages);
	}
	const preferred = fields['preferred'] ?? null;
	// Of two answers it can be said that neither is the better one; of more it would not be clear which two are meant.
	const neither = responses.length === 2 && (preferred === 'tie' || preferred === 'both_bad');
	if (preferred !== null && !neither && (!Number.isInteger(preferred) || Number(preferred) < 0 || Number(preferred) >= responses.length)) {
		return wrong('preferred', `the number of the preferred answer, 0 to ${responses.length - 1}${responses.length === 2 ? ', or “tie” or “both_bad”' : ''}`);
	}
	const margin = readMargin(fields['margin'], { answers: responses.length, prefers: preferred !== null && !neither });
	return margin.ok ? { ok: true, given: { prompt: prompt.messages, responses, preferred: preferred as Given['preferred'], margin: margin.margin } } : margin;
}

/** Whether a row's one answer is judged alone, and how the file judged it. */
function readSingle(fields: Fields): { ok: true; single: { label: boolean | null } } | ReturnType<typeof wrong> {
	const label = fields['label'] ?? null;
	// A CSV file has no booleans, spreadsheets write TRUE, and tables of numbers 1.
	const read = label === null ? null : goodOf(label);
	if (label !== null && read === null) return wrong('label', 'true (good) or false (bad)');
	return { ok: true, single: { label: read } };
}

/** `{prompt or messages, completion, label?}`: one answer, good or bad, as unpaired preference sets (KTO) are published. */
function readCompletion(fields: Fields): { ok: true; given: Given } | ReturnType<typeof wrong> {
	const name = fields['prompt'] === undefined ? 'messages' : 'prompt';
	const prompt = readMessages(fields[name], name, 'user');
	if (!prompt.ok) return prompt;
	const completion = readMessages(fields['completion'], 'completion', 'assistant');
	if (!completion.ok) return completion;
	const single = readSingle(fields);
	return single.ok ? { ok: true, given: { prompt: prompt.messages, responses: [completion.messages], preferred: null, single: single.single } } : single;
}

/** A row of any shape, its answers to be compared or judged alone. */
function readGiven(fields: Fields): { ok: true; given: Given } | ReturnType<typeof wrong> {
	const mode = fields['mode'] ?? null;
	if (mode !== null && mode !== 'pair' && mode !== 'single') return wrong('mode', 'pair or single');
	const preference = fields['chosen'] !== undefined || fields['rejected'] !== undefined;
	if (fields['completion'] !== undefined) {
		if (preference || fields['responses'] !== undefined) return wrong('completion', 'is judged alone; give either it, or answers to compare');
		return mode === 'pair' ? wrong('mode', 'a row with “completion” has one answer: single') : readCompletion(fields);
	}
	if (preference) return mode === 'single' ? wrong('mode', 'a row with “chosen” and “rejected” has two answers: pair') : readPreference(fields);
	const read = readResponses(fields);
	if (!read.ok || mode !== 'single') return read;
	if (read.given.responses.length !== 1) return wrong('responses', `one answer in single mode, here are ${read.given.responses.length}`);
	if (read.given.preferred !== null) return wrong('preferred', 'one answer alone is preferred to none; give “label”');
	const single = readSingle(fields);
	return single.ok ? { ok: true, given: { ...read.given, single: single.single } } : single;
}

/** What a row states with who stated it or when, as judgments of theirs in place of the bare statement; null: it names nobody and no time. */
function statedBy(fields: Fields, { preferred, margin, responses, single }: Given): Fields[] | null {
	const { judge, at } = fields;
	const who = { ...((judge ?? '') === '' ? {} : { judge }), ...((at ?? '') === '' ? {} : { at }) };
	if (Object.keys(who).length === 0 || (fields['judgments'] ?? null) !== null) return null;
	if (single) return single.label === null ? null : [{ verdict: single.label ? 'good' : 'bad', ...who }];
	if (typeof preferred === 'string') return [{ verdict: preferred, ...who }];
	return preferred === null ? null : responses.flatMap((_, other) => (other === preferred ? [] : [{ between: [preferred, other], preferred, margin, ...who }]));
}

function checkTurns(given: Given): ReturnType<typeof wrong> | null {
	const last = given.prompt.at(-1);
	if (!last || (last.role !== 'user' && last.role !== 'tool')) return wrong('messages', 'must end with a turn of the user: that is what is answered');
	if (given.prompt.slice(1).some((message) => message.role === 'system')) return wrong('messages', 'a system message may only be the first');
	for (const [i, response] of given.responses.entries()) {
		if (response.at(-1)?.role !== 'assistant') return wrong(`responses[${i}]`, 'must end with a turn of the assistant');
		if (response.some((message) => message.role === 'system')) return wrong(`responses[${i}]`, 'an answer holds no system message');
	}
	return null;
}

/** Same messages, same hash, whatever their fields' order; the order of turns matters. */
const hashOf = (messages: Message[]): string => contentHash(messages);

/** The group of a question of which nobody says another: the question alone, without its system message. */
export const questionGroup = (prompt: Message[]): string => `prompt:${hashOf(prompt)}`;

/** The row's one answer, to be judged alone. */
function aloneOf(promptHash: string, response: StagedResponse, label: boolean | null, judgments: readonly RowJudgment[], seed: string): StagedPair {
	const hash = comparisonHash(promptHash, response.hash, null);
	const labels = judgments.map(({ verdict, judge, at }): StagedLabel => ({ verdict: verdict as Verdict, judge, at }));
	return { a: response.hash, b: null, contentHash: hash, orderKey: queueKey(seed, hash), propensity: 1, policy: 'as_imported', verdict: label === null ? null : label ? 'good' : 'bad', ...(labels.length > 0 ? { labels } : {}) };
}

/** A judgment of these two answers with its verdict on the canonical sides; null: it is of other answers. */
function labelOf(judgment: RowJudgment, [a, b]: readonly [number, number]): StagedLabel[] {
	const [first, second] = judgment.between;
	if (!((first === a && second === b) || (first === b && second === a))) return [];
	const { verdict, strength, margin, judge, at } = judgment;
	return [{ verdict: verdict === a ? 'a' : verdict === b ? 'b' : (verdict as Verdict), ...(strength === null ? {} : { strength }), ...(margin === null ? {} : { margin }), judge, at }];
}

/** Every pair of the row's answers in canonical order, with the preference that the row states and the judgments that it brings. */
function pairsOf(promptHash: string, responses: StagedResponse[], { preferred, margin }: Pick<Given, 'preferred' | 'margin'>, judgments: readonly RowJudgment[], seed: string): StagedPair[] {
	return everyPair(responses).flatMap(({ first, second, policy, propensity }) => {
		const ordered = canonicalOrder(seed, first, second);
		if (ordered.kind === 'identical') return [];
		const { a, b } = ordered;
		const winner = typeof preferred === 'number' ? responses[preferred]?.hash : null;
		const verdict = winner === a.hash ? 'a' : winner === b.hash ? 'b' : typeof preferred === 'string' ? preferred : null;
		const hash = comparisonHash(promptHash, a.hash, b.hash);
		const sides = [responses.indexOf(a), responses.indexOf(b)] as const;
		const labels = judgments.flatMap((judgment) => labelOf(judgment, sides));
		return { a: a.hash, b: b.hash, contentHash: hash, orderKey: queueKey(seed, hash), propensity, policy, verdict, ...(margin == null || verdict === null ? {} : { margin }), ...(labels.length > 0 ? { labels } : {}) };
	});
}

/** The key of a matter's group. It does not tell the matter's name: walls stand before that. */
export function matterGroup(salt: string, matter: string): string {
	return `matter:${hmacSha256Hex(salt, `matter ${matter}`)}`;
}

/**
 * Reads one record of an import file: `{messages, responses: […], preferred?, margin?, group?, system?, tags?, matter?, requires?, language?}`
 * or `{prompt, chosen, rejected, margin?, …}`, each text or message lists; one answer to be judged alone as
 * `{prompt, completion, label?}` or `{messages, responses: [one], mode: "single"}`. `preferred` is the place of the
 * better answer, or of two “tie” or “both_bad”. Judgments made elsewhere come as
 * `judgments: [{preferred or verdict, strength or margin?, judge?, at?, between?}]` (`row-judgments.ts`).
 * The system prompt is the row's own, else the project's (semantics 14); the split
 * is drawn from the group (semantics 10): the matter where the project says so, else the row's own, else the question itself. `judge` and `at` say who stated the row's preference or label, and when. The error names the field and what would be right.
 */
export function readImportRow(value: unknown, line: number, context: ImportContext): Read {
	if (value === null || typeof value !== 'object' || Array.isArray(value)) return wrong('row', 'must be an object with “messages” and “responses”, or “prompt”, “chosen” and “rejected”');
	const placed = placeParts(value as Fields);
	if (!placed.ok) return placed;
	const { fields } = placed;
	const preference = fields['chosen'] !== undefined || fields['rejected'] !== undefined;
	const read = readGiven(fields);
	if (!read.ok) return read;
	const turns = checkTurns(read.given);
	if (turns) return turns;

	for (const name of ['group', 'system', 'matter'] as const) {
		const given = fields[name];
		if (given !== undefined && given !== null && typeof given !== 'string') return wrong(name, 'must be text');
		if (typeof given === 'string' && !isStorableText(given)) return wrong(name, 'contains NUL or half of a surrogate pair, which no text has');
	}
	const tags = fields['tags'] ?? null;
	if (tags !== null && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string' && isStorableText(tag)))) return wrong('tags', 'must be a list of texts');

	const requires = fields['requires'] ?? [];
	if (!(Array.isArray(requires) && requires.length <= 20 && requires.every((skill) => typeof skill === 'string' && v.is(SkillSchema, skill)))) return wrong('requires', `must be a list of at most 20 skills, each ${SKILL_WORDS}`);
	const language = fields['language'] ?? null;
	if (language !== null && !v.is(LanguageSchema, language)) return wrong('language', LANGUAGE_WORDS);

	const own = read.given.prompt[0]?.role === 'system';
	const system = text(fields, 'system');
	if (own && system !== null) return wrong('system', 'the messages begin with a system message already; give one of the two');
	const project = !own && system === null ? context.systemPrompt : null;
	const systemText = system ?? project?.body ?? null;
	const messages: Message[] = systemText === null ? read.given.prompt : [{ role: 'system', content: systemText }, ...read.given.prompt];

	const responses = read.given.responses.map((response) => ({ hash: hashOf(response), messages: response }));
	for (const [i, response] of responses.entries()) {
		const same = responses.findIndex((other) => other.hash === response.hash);
		if (same < i) return wrong(preference ? 'rejected' : `responses[${i}]`, `is the same answer as ${preference ? 'chosen' : `responses[${same}]`}: there is nothing to compare`);
	}
	const stated = statedBy(fields, read.given);
	const judgments = readRowJudgments(stated ?? fields['judgments'], { answers: responses.length, single: read.given.single !== undefined });
	if (!judgments.ok) return judgments;
	const promptHash = hashOf(messages);
	// The question alone: the same one under another system message must not be trained on here and tested there.
	const { single } = read.given;
	const bare = stated ? { preferred: null } : read.given;
	const [first] = responses;
	const matter = text(fields, 'matter');
	const groupKey = (context.matterIsGroup && matter !== null ? matterGroup(context.splitSalt, matter) : text(fields, 'group')) ?? questionGroup(own ? read.given.prompt.slice(1) : read.given.prompt);
	return {
		ok: true,
		row: {
			line,
			promptHash,
			groupKey,
			split: drawSplit({ salt: context.splitSalt, group: groupKey, shares: context.shares }),
			systemPromptId: project?.id ?? null,
			messages,
			tags: tags as string[] | null,
			matter,
			requires: [...new Set(requires as string[])],
			language: language as string | null,
			responses,
			pairs: single && first ? [aloneOf(promptHash, first, stated ? null : single.label, judgments.judgments, context.seed)] : pairsOf(promptHash, responses, bare, judgments.judgments, context.seed)
		}
	};
}
