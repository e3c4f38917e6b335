import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of letters: fonts for the web come in parts, each for a part of Unicode. */
export type FontPart = { name: string; file: string };

type Range = { from: number; to: number; part: FontPart };

/** Stands for a letter that no font has. */
export const UNPRINTABLE = '□';

/** “U+4e00-4eff,U+5000” */
function rangesOf(text: string, part: FontPart): Range[] {
	return text.split(',').map((range) => {
		const [from = '', to] = range.replace('U+', '').split('-');
		return { from: Number.parseInt(from, 16), to: Number.parseInt(to ?? from, 16), part };
	});
}

function partsOf(name: string, only?: readonly string[]): Range[] {
	const ranges = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(`@fontsource-variable/${name}/unicode.json`)), 'utf8')) as Record<string, string>;
	return Object.entries(ranges)
		.map(([key, text]): [string, string] => [key.replace(/[[\]]/gu, ''), text])
		.filter(([key]) => only === undefined || only.includes(key))
		.flatMap(([key, text]) => rangesOf(text, { name: `${name}-${key}`, file: `@fontsource-variable/${name}/files/${name}-${key}-wght-normal.woff2` }));
}

/** Inter for the scripts it has, as the pages use it; Noto Sans SC for Chinese and what else it has. */
const RANGES: readonly Range[] = [...partsOf('inter', ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese']), ...partsOf('noto-sans-sc')];

const known = new Map<number, FontPart | null>();

function partOf(letter: number): FontPart | null {
	const found = known.get(letter);
	if (found !== undefined) return found;
	const part = RANGES.find(({ from, to }) => letter >= from && letter <= to)?.part ?? null;
	known.set(letter, part);
	return part;
}

/** What a text has of one font, in its order; `part` null: a letter that none has. */
export type Run = { part: FontPart | null; text: string };

/** A text cut where the font changes. Line breaks and tabs belong to what is before them. */
export function runsOf(text: string): Run[] {
	const runs: Run[] = [];
	for (const letter of text) {
		const last = runs.at(-1);
		const isSpace = /\s/u.test(letter);
		const part = isSpace && last?.part ? last.part : partOf(isSpace ? 32 : (letter.codePointAt(0) ?? 32));
		if (last && last.part === part && part !== null) last.text += isSpace && letter !== '\n' ? ' ' : letter;
		else runs.push({ part, text: isSpace && letter !== '\n' ? ' ' : letter });
	}
	return runs.length > 0 ? runs : [{ part: partOf(32), text: '' }];
}

/** The letters that a text needs of each font. */
export function familiesOf(text: string): Map<FontPart, string> {
	const families = new Map<FontPart, Set<string>>();
	for (const { part, text: piece } of runsOf(text)) {
		if (!part) continue;
		const letters = families.get(part) ?? new Set([' ']);
		for (const letter of piece) letters.add(letter);
		families.set(part, letters);
	}
	return new Map([...families].map(([part, letters]) => [part, [...letters].sort().join('')]));
}
