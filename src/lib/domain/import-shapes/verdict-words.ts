/** What a judge elsewhere said of two answers, or of one: which is better by its place, or in our words. */
export type ForeignVerdict = 0 | 1 | 'tie' | 'both_bad' | 'cannot_judge';

const plain = (text: string) => text.trim().toLowerCase().replace(/[\s_\-.:()（）“”"']+/gu, ' ').trim();

/** Words for a verdict as tools and people write them, in English and Chinese; `plain` of each. */
const WORDS: readonly (readonly [ForeignVerdict, readonly string[]])[] = [
	[0, ['a', 'left', 'first', 'model a', 'response a', 'answer a', 'option a', 'assistant a', 'output a', 'completion a', 'a is better', 'left is better', '1', 'response 1', 'answer 1', 'answer1', 'response1', 'text1', 'model 1', 'assistant 1', 'a更好', '左', '左边', '甲', '回答a', '答案a', 'a>b', 'a >> b', 'a > b']],
	[1, ['b', 'right', 'second', 'model b', 'response b', 'answer b', 'option b', 'assistant b', 'output b', 'completion b', 'b is better', 'right is better', '2', 'response 2', 'answer 2', 'answer2', 'response2', 'text2', 'model 2', 'assistant 2', 'b更好', '右', '右边', '乙', '回答b', '答案b', 'b>a', 'b >> a', 'b > a']],
	['tie', ['tie', 'draw', 'equal', 'same', 'both', 'both good', 'no preference', 'neutral', 'similar', 'equally good', 'tie bothgood', 'both are good', 'both equal', '0', '平局', '相同', '一样', '一样好', '都好', '差不多', 'a=b', 'a = b']],
	['both_bad', ['both bad', 'bothbad', 'tie bothbad', 'tie both bad', 'neither', 'none', 'both are bad', 'equally bad', '都不好', '都差', '均不佳', '都不行']],
	['cannot_judge', ['cannot judge', 'can t judge', 'unsure', 'not sure', 'skip', 'unknown', 'cannot decide', 'can t choose', 'n/a', '无法判断', '不确定']]
];
const MEANING: ReadonlyMap<string, ForeignVerdict> = new Map(WORDS.flatMap(([verdict, words]) => words.map((word) => [word, verdict] as const)));

/** The verdict that a text or number stands for; null: it is none that is known. `sides`: what this file calls the two answers, e.g. the headers of their columns. */
export function verdictOf(value: unknown, sides?: readonly [string, string]): ForeignVerdict | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const word = plain(String(value));
	if (sides) {
		const side = sides.findIndex((name) => plain(name) === word);
		if (side === 0 || side === 1) return side;
	}
	return MEANING.get(word) ?? null;
}

const isLabel = (field: string) => ['label', '标签'].includes(field.trim().toLowerCase());

/**
 * The verdict in a field that stands beside two answers, by the names of all three;
 * null: it is none that is known. Numbers mean answers that are numbered so
 * (`response_0`, `response_1`). Elsewhere 0 and 1 in a `label` mean the first answer
 * in one set and the second in another: they are not guessed.
 */
export function verdictBeside(value: unknown, field: string, sides: readonly [string, string]): ForeignVerdict | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const word = plain(String(value));
	const [first, second] = sides.map((side) => /\d+$/u.exec(side)?.[0]);
	const isNumbered = first !== undefined && second !== undefined && first !== second;
	if (isNumbered && (word === first || word === second)) return word === first ? 0 : 1;
	if (/^\d+$/u.test(word) && (isLabel(field) || (isNumbered && word !== '0'))) return null;
	return verdictOf(value, sides);
}

/** What a refusal of a verdict beside two answers says would be right. */
export function whyNoVerdict(value: unknown, field: string): string {
	return isLabel(field) && /^\s*\d+\s*$/u.test(String(value)) ? 'a number says which answer is better only where the answers are numbered so (“response_0” and “response_1”): write A or B' : VERDICT_WORDS;
}

/** What a refusal says would be right. */
export const VERDICT_WORDS = 'which answer is better (A, B, left, right, 1, 2 …), tie, both bad or cannot judge';

const GOOD = new Set(['true', '1', 'yes', 'y', 'good', 'desirable', 'positive', 'accept', 'accepted', 'like', 'up', 'thumbs up', 'thumbsup', '好', '是', '对', '可以', '正确', '👍']);
const BAD = new Set(['false', '0', 'no', 'n', 'bad', 'undesirable', 'negative', 'reject', 'rejected', 'dislike', 'down', 'thumbs down', 'thumbsdown', '差', '坏', '不好', '否', '错', '不可以', '错误', '👎']);

/** Whether a text, number or truth value calls one answer good; null: it says neither. */
export function labelOf(value: unknown): boolean | null {
	if (typeof value === 'boolean') return value;
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const word = plain(String(value));
	return GOOD.has(word) ? true : BAD.has(word) ? false : null;
}

/** What a refusal says would be right. */
export const LABEL_WORDS = 'true or false, good or bad, yes or no, 1 or 0';

/** A verdict as `judgments` of our own rows say it. */
export function asJudgment(verdict: ForeignVerdict): { preferred: number } | { verdict: string } {
	return typeof verdict === 'number' ? { preferred: verdict } : { verdict };
}

/** What a refusal says would be right. */
export const TIME_WORDS = 'a time such as 2026-03-09T22:16:08Z, 2026-03-09 22:16 or seconds since 1970';

/** A date and time with every part in its place: spreadsheets write 2024/3/5 9:07, databases 2024-03-05 14:00:00+08. */
function evenly(text: string): string {
	return text
		.replace(/^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/u, (_, year: string, _sign: string, month: string, day: string) => `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
		.replace(/^(\d{4}-\d{2}-\d{2})[ T]+(\d{1,2}):/u, (_, day: string, hour: string) => `${day}T${hour.padStart(2, '0')}:`)
		.replace(/ (?=[+-]\d{2}(?::?\d{2})?$|UTC$|Z$)/u, '')
		.replace(/(T.*[+-]\d{2})$/u, '$1:00');
}

/**
 * A time as files write it, as ISO 8601 in UTC: year, month and day, then perhaps
 * the time, with or without a zone (none means UTC: the file says no other), or
 * seconds or milliseconds since 1970. Null: no time.
 */
export function timeOf(value: unknown): string | null {
	const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{10}(?:\.\d+)?$|^\d{13}$/u.test(value.trim()) ? Number(value) : null;
	if (number !== null) {
		const time = new Date(number < 1e11 ? number * 1000 : number);
		return Number.isNaN(time.getTime()) || number <= 0 ? null : time.toISOString();
	}
	if (typeof value !== 'string') return null;
	const text = evenly(value.trim());
	if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?$/u.test(text)) return null;
	const zoned = text.length === 10 ? `${text}T00:00:00Z` : /(?:Z|[+-]\d{2}:?\d{2})$/u.test(text) ? text : `${text.replace(/UTC$/u, '')}Z`;
	const time = new Date(zoned);
	const [year, month, day] = text.split(/[-T]/u, 3).map(Number) as [number, number, number];
	// A clock would roll the 31st of February over into March.
	if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
	return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** A time that a file gives for a judgment, where it can be read: a judgment is not lost because its clock is written oddly. */
export function when(value: unknown): { at?: string } {
	const at = timeOf(value);
	return at === null ? {} : { at };
}
