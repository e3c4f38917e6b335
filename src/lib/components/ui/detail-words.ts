/** A book of details: what is said word for word, and what has something in between. */
export type DetailBook = { exact: ReadonlyMap<string, string>; patterns: readonly { says: RegExp; told: string }[] };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** Reads entries such as `There is no round {}.`; longer ones are tried first, so that the one that says most is taken. */
export function detailBook(entries: Readonly<Record<string, string>>): DetailBook {
	const all = Object.entries(entries);
	const open = all.filter(([says]) => says.includes('{}')).toSorted(([one], [other]) => other.length - one.length);
	return {
		exact: new Map(all.filter(([says]) => !says.includes('{}'))),
		patterns: open.map(([says, told]) => ({ says: new RegExp(`^${says.split('{}').map(escaped).join('(.+?)')}$`, 'su'), told }))
	};
}

/** A field's path before what is wrong with it. */
const FIELD = /^([A-Za-z][\w.[\]]*): (.+)$/su;
/** Names that stand beside each other, as roles do. */
const NAMES = /^[a-z]+(?: or [a-z]+)*$/u;

/** A value within a detail: names of the book, a detail of its own, or what it is. */
function valueIn(value: string, book: DetailBook): string {
	const names = NAMES.test(value) ? value.split(' or ').map((name) => book.exact.get(name)) : [];
	if (names.length > 0 && names.every((name) => name !== undefined)) return names.join('或');
	return detailIn(value, book) ?? value;
}

/** A detail by a book; null where it is not in there. */
export function detailIn(detail: string, book: DetailBook): string | null {
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
