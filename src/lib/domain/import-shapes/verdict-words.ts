import { isSigned, numberOf } from './scales.ts';
import type { Scale } from './scales.ts';

/** What a judge elsewhere said of two answers, or of one: which is better by its place, or in our words. */
export type ForeignVerdict = 0 | 1 | 'tie' | 'both_bad' | 'cannot_judge';

const NO_SCALE: Scale = new Set();

const plain = (text: string) => text.trim().toLowerCase().replace(/[\s_\-.:()（）“”"']+/gu, ' ').trim();

/** Words for a verdict as tools and people write them, in English and Chinese; `plain` of each. */
const WORDS: readonly (readonly [ForeignVerdict, readonly string[]])[] = [
	[0, ['a', 'left', 'first', 'model a', 'response a', 'answer a', 'option a', 'assistant a', 'output a', 'completion a', 'a is better', 'left is better', 'response 1', 'answer 1', 'answer1', 'response1', 'text1', 'model 1', 'assistant 1', 'a更好', '左', '左边', '甲', '回答a', '答案a', 'a>b', 'a >> b', 'a > b']],
	[1, ['b', 'right', 'second', 'model b', 'response b', 'answer b', 'option b', 'assistant b', 'output b', 'completion b', 'b is better', 'right is better', 'response 2', 'answer 2', 'answer2', 'response2', 'text2', 'model 2', 'assistant 2', 'b更好', '右', '右边', '乙', '回答b', '答案b', 'b>a', 'b >> a', 'b > a']],
	['tie', ['tie', 'draw', 'equal', 'same', 'both', 'both good', 'no preference', 'neutral', 'similar', 'equally good', 'tie bothgood', 'both are good', 'both equal', '平局', '相同', '一样', '一样好', '都好', '差不多', 'a=b', 'a = b']],
	['both_bad', ['both bad', 'bothbad', 'tie bothbad', 'tie both bad', 'neither', 'both are bad', 'equally bad', '都不好', '都差', '均不佳', '都不行']],
	['cannot_judge', ['cannot judge', 'can t judge', 'unsure', 'not sure', 'skip', 'unknown', 'cannot decide', 'can t choose', 'n/a', '无法判断', '不确定']]
];
const MEANING: ReadonlyMap<string, ForeignVerdict> = new Map(WORDS.flatMap(([verdict, words]) => words.map((word) => [word, verdict] as const)));

/** The verdict that words stand for; null: they are none that are known, or a number, which says it only on its scale. `sides`: what this file calls the two answers, e.g. the headers of their columns. */
export function verdictOf(value: unknown, sides?: readonly [string, string]): ForeignVerdict | null {
	if (typeof value !== 'string' || isSigned(value)) return null;
	const word = plain(value);
	const side = sides?.findIndex((name) => plain(name) === word);
	return side === 0 || side === 1 ? side : (MEANING.get(word) ?? null);
}

/**
 * Which of two answers a number calls the better one; null: it is not sure. Where the
 * answers are numbered (`response_0`, `response_1`) it is the one of that number. Elsewhere
 * 1 is the second answer of files that count from 0 and the first of those that count from 1:
 * it is taken only where the file's first rows hold both 1 and 2. In either case one
 * number on that scale that names no answer (a 0, a −2, a 3) means that the others do not
 * either.
 */
export function numberedVerdict(number: number, sides: readonly [string, string], scale: Scale): 0 | 1 | null {
	const [first, second] = sides.map((side) => /\d+$/u.exec(side)?.[0]);
	const isNumbered = first !== undefined && second !== undefined && first !== second;
	if (!isNumbered && !(scale.has(1) && scale.has(2))) return null;
	const numbers = isNumbered ? [Number(first), Number(second)] : [1, 2];
	if (![...scale, number].every((one) => numbers.includes(one))) return null;
	return number === numbers[0] ? 0 : 1;
}

/**
 * The verdict that stands beside two answers, which the file calls so; null: it is none
 * that is known, or not sure. `scale`: the numbers that the first rows of the file hold there.
 */
export function verdictBeside(value: unknown, sides: readonly [string, string], scale: Scale = NO_SCALE): ForeignVerdict | null {
	const number = numberOf(value);
	return number === null ? verdictOf(value, sides) : numberedVerdict(number, sides, scale);
}

/** What a refusal of a verdict beside two answers says would be right. */
export function whyNoVerdict(value: unknown): string {
	if (numberOf(value) !== null || isSigned(value)) return 'a number says which answer is better only where the answers are numbered so (“response_0” and “response_1”), or where the first rows of the file hold both 1 and 2, and no other: write A or B';
	return typeof value === 'string' && plain(value) === 'none' ? '“none” may mean that neither is good, that neither is better, or that nothing was said: write “both bad”, “tie” or nothing' : VERDICT_WORDS;
}

/** What a refusal says would be right. */
export const VERDICT_WORDS = 'which answer is better (A, B, left, right …), tie, both bad or cannot judge';

const GOOD = new Set(['true', 'yes', 'y', 'good', 'desirable', 'positive', 'accept', 'accepted', 'like', 'up', 'thumbs up', 'thumbsup', '好', '是', '对', '可以', '正确', '👍']);
const BAD = new Set(['false', 'no', 'n', 'bad', 'undesirable', 'negative', 'reject', 'rejected', 'dislike', 'down', 'thumbs down', 'thumbsdown', '差', '坏', '不好', '否', '错', '不可以', '错误', '👎']);

/**
 * Whether a number calls an answer good: 1 does, −1 does not, and 0 does not where there is
 * no −1 below it. A scale with any other number is one of more or less, on which none says so.
 * `isMark`: it may be the lowest of a tool's marks, and says so only beside its opposite.
 */
export function numberedLabel(number: number, scale: Scale, isMark: boolean): boolean | null {
	if (![...scale, number].every((one) => one === 0 || one === 1 || one === -1)) return null;
	if (isMark && number >= 0 && !(scale.has(1) && (scale.has(0) || scale.has(-1)))) return null;
	// Of a scale on which a 0 was bad, a −1 says that it was neither.
	const isUnsure = number === 0 ? scale.has(-1) : number === -1 && scale.has(0) && !scale.has(-1);
	return isUnsure ? null : number === 1;
}

/** Whether a text, number or truth value calls one answer good; null: it says neither, or it is not sure. `scale`: the numbers that the file holds there, as far as they are known; `isMark`: a tool's number without a sign. */
export function labelOf(value: unknown, scale: Scale = NO_SCALE, isMark = false): boolean | null {
	if (typeof value === 'boolean') return value;
	const number = numberOf(value);
	if (number !== null) return numberedLabel(number, scale, isMark);
	if (typeof value !== 'string' || isSigned(value)) return null;
	const word = plain(value);
	return GOOD.has(word) ? true : BAD.has(word) ? false : null;
}

/** What a refusal of a label of one answer says would be right. */
export function whyNoLabel(value: unknown): string {
	return numberOf(value) !== null || isSigned(value) ? 'a number is good or bad only where the first rows of the file hold none but 1 and 0, or 1 and -1: write true or false' : LABEL_WORDS;
}

/** Whether a cell says that there is nothing in it, as programs write what is missing. `None` does not: a person may mean it. */
export const isMissing = (value: unknown): boolean => typeof value === 'string' && ['nan', 'null', '<na>', 'nat'].includes(value.trim().toLowerCase());

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
