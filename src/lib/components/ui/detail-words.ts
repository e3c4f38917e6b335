/** A book of details: what is said word for word, and what has something in between. */
export type DetailBook = { exact: ReadonlyMap<string, string>; patterns: readonly { says: RegExp; told: string }[] };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** What an entry leaves open: `{}` anything, `{n}` a number. */
const OPEN = /\{n?\}/u;

function patternOf(says: string): RegExp {
	const parts = says.split(/(\{n?\})/u).map((part) => (part === '{}' ? '(.+?)' : part === '{n}' ? '(-?\\d[\\d.,]*)' : escaped(part)));
	return new RegExp(`^${parts.join('')}$`, 'su');
}

/** What may stand before another sentence, such as `Scoring failed. {}`, is known alone too: the other has an entry of its own, if it has one. */
const alone = (says: string, told: string): [string, string][] => (says.endsWith('. {}') ? [[says.slice(0, -3), told.replace(/\{\d*\}$/u, '')]] : []);

/** Reads entries such as `There is no round {}.`; longer ones are tried first, so that the one that says most is taken. */
export function detailBook(entries: Readonly<Record<string, string>>): DetailBook {
	const all = Object.entries(entries).flatMap(([says, told]) => [[says, told] as const, ...alone(says, told)]);
	const open = all.filter(([says]) => OPEN.test(says)).toSorted(([one], [other]) => other.length - one.length);
	return {
		exact: new Map(all.filter(([says]) => !OPEN.test(says))),
		patterns: open.map(([says, told]) => ({ says: patternOf(says), told }))
	};
}

/** A field's path, or what else it is about, before what is wrong with it. */
const FIELD = /^([^:.!?]{1,80}|[A-Za-z][\w.[\]]*): (.+)$/su;
/** Names that stand beside each other, as roles do. */
const NAMES = /^[a-z]+(?: or [a-z]+)*$/u;

/** A value within a detail: names of the book, a detail of its own, or what it is. */
function valueIn(value: string, book: DetailBook): string {
	const names = NAMES.test(value) ? value.split(' or ').map((name) => book.exact.get(name)) : [];
	if (names.length > 0 && names.every((name) => name !== undefined)) return names.join('或');
	return detailIn(value, book) ?? value;
}

/** Where a sentence ends and another begins. More than so many together are somebody's text, not ours. */
const BETWEEN = /(?<=[.?!…]) (?=\p{Lu}|“)/u;
const MOST_SENTENCES = 10;

/** Sentences after each other, each as the book has it; several that are one entry are taken as that. */
function sentencesIn(detail: string, book: DetailBook): string | null {
	const sentences = detail.split(BETWEEN);
	if (sentences.length < 2 || sentences.length > MOST_SENTENCES) return null;
	/** What is told from the sentence of this place on. */
	const rest: (string | null)[] = [...sentences.map(() => null), ''];
	for (let from = sentences.length - 1; from >= 0; from--) {
		for (let to = from + 1; to <= sentences.length && rest[from] === null; to++) {
			const after = rest[to] ?? null;
			const words = after === null ? null : entryIn(sentences.slice(from, to).join(' '), book);
			if (words !== null) rest[from] = words + after;
		}
	}
	return rest[0] ?? null;
}

/** No detail of ours is longer; looking for one in somebody's long text takes time. */
const MOST_CHARS = 1500;

/** A detail by a book; null where it is not in there. */
export function detailIn(detail: string, book: DetailBook): string | null {
	if (detail.length > MOST_CHARS) return null;
	return book.exact.get(detail) ?? sentencesIn(detail, book) ?? endingIn(detail, book) ?? entryIn(detail, book);
}

/** What ends with a sentence of the book, after something that did not end as a sentence: the last line of a program, say. */
function endingIn(detail: string, book: DetailBook): string | null {
	for (const { index } of detail.matchAll(/ (?=\p{Lu}|“)/gu)) {
		const end = book.exact.get(detail.slice(index + 1));
		const begin = end === undefined ? null : entryIn(detail.slice(0, index), book);
		if (begin !== null) return `${begin}${/[。？！]$/u.test(begin) ? '' : '。'}${end}`;
	}
	return null;
}

function entryIn(detail: string, book: DetailBook): string | null {
	const exact = book.exact.get(detail);
	if (exact !== undefined) return exact;
	for (const { says, told } of book.patterns) {
		const [whole, ...values] = says.exec(detail) ?? [];
		if (whole === undefined) continue;
		let next = 0;
		return told.replace(/\{(\d*)\}/gu, (_, place: string) => valueIn(values[place === '' ? next++ : Number(place) - 1] ?? '', book));
	}
	const [, field, message] = FIELD.exec(detail) ?? [];
	const words = message === undefined ? null : detailIn(message, book);
	return words === null ? null : `${field}：${words}`;
}
