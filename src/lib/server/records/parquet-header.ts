import { Numbers } from './byte-numbers.ts';

/** What the header of a page says of it. `levels`: bytes of repetition and definition levels before what is packed (of version 2 alone). */
export type PageHeader = { kind: 'data' | 'dictionary'; bytes: number; unpacked: number; packed: number; values: number; encoding: number; levels: { repetition: number; definition: number; nulls: number; isPacked: boolean } | null };

type Fields = ReadonlyMap<number, number | Fields>;

const MOST_DEPTH = 8;
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/** Fields of a struct in Thrift's compact protocol: its numbers, truth values and structs; the rest is passed over. @throws RangeError where it is cut off or none */
function structAt(bytes: Uint8Array, start: number, depth = 0): { fields: Fields; next: number } {
	if (depth > MOST_DEPTH) throw new RangeError('too deep');
	const fields = new Map<number, number | Fields>();
	const next = new Numbers(bytes, start);
	const byte = () => {
		const one = bytes[next.at];
		if (one === undefined) throw new RangeError('cut off');
		next.at += 1;
		return one;
	};
	const pass = (width: number) => {
		next.at += width;
		if (next.at > bytes.byteLength) throw new RangeError('cut off');
	};
	const element = (type: number): number | Fields | null => {
		if (type === 1 || type === 2) return type === 1 ? 1 : 0;
		if (type === 3) return byte();
		if (type >= 4 && type <= 6) return next.zigzag();
		if (type === 7) return (pass(8), null);
		if (type === 8) return (pass(next.varint()), null);
		if (type === 12) {
			const inner = structAt(bytes, next.at, depth + 1);
			next.at = inner.next;
			return inner.fields;
		}
		if (type !== 9 && type !== 10) throw new RangeError('no header');
		const about = byte();
		const size = about >> 4 === 15 ? next.varint() : about >> 4;
		const of = about & 0x0f;
		for (let n = 0; n < size; n += 1) if (of === 1 || of === 2) byte();
		else element(of);
		return null;
	};
	for (let field = 0; ; ) {
		const about = byte();
		if (about === 0) return { fields, next: next.at };
		field = about >> 4 === 0 ? next.zigzag() : field + (about >> 4);
		const value = element(about & 0x0f);
		if (value !== null) fields.set(field, value);
	}
}

const numberOf = (fields: Fields | undefined, field: number, otherwise: number): number => {
	const value = fields?.get(field);
	return typeof value === 'number' ? value : otherwise;
};
const within = (fields: Fields, field: number): Fields | undefined => {
	const value = fields.get(field);
	return typeof value === 'object' ? value : undefined;
};

/** The header of a page that begins with these bytes. @throws RangeError where they are none, or too few */
export function pageHeader(bytes: Uint8Array): PageHeader {
	const { fields, next } = structAt(bytes, 0);
	const [type, unpacked, packed] = [1, 2, 3].map((field) => numberOf(fields, field, -1)) as [number, number, number];
	const about = within(fields, { [DATA_PAGE]: 5, [DICTIONARY_PAGE]: 7, [DATA_PAGE_V2]: 8 }[type] ?? 0);
	const values = numberOf(about, 1, -1);
	if (!about || unpacked < 0 || packed < 0 || values < 0) throw new RangeError('no header');
	const header = { bytes: next, unpacked, packed, values };
	if (type !== DATA_PAGE_V2) return { ...header, kind: type === DATA_PAGE ? 'data' : 'dictionary', encoding: numberOf(about, 2, 0), levels: null };
	const levels = { nulls: numberOf(about, 2, -1), definition: numberOf(about, 5, -1), repetition: numberOf(about, 6, -1), isPacked: numberOf(about, 7, 1) === 1 };
	if (levels.nulls < 0 || levels.nulls > values || levels.definition < 0 || levels.repetition < 0 || levels.definition + levels.repetition > Math.min(packed, unpacked)) throw new RangeError('no header');
	return { ...header, kind: 'data', encoding: numberOf(about, 4, 0), levels };
}

/** What lies where, as an offset index says it: `[place, bytes, first row]` of each page. */
export function offsetIndex(pages: readonly { offset: number; bytes: number; firstRow: number }[]): Uint8Array {
	const bytes: number[] = [];
	const varint = (value: number) => {
		for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
		bytes.push(value);
	};
	// Field 1: a list of structs.
	bytes.push(0x19, 0xfc);
	varint(pages.length);
	for (const { offset, bytes: size, firstRow } of pages) {
		bytes.push(0x16);
		varint(offset * 2);
		bytes.push(0x15);
		varint(size * 2);
		bytes.push(0x16);
		varint(firstRow * 2);
		bytes.push(0);
	}
	bytes.push(0);
	return Uint8Array.from(bytes);
}
