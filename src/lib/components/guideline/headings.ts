/** A heading's name in an address: its words in lower case, joined by hyphens; letters of any script. */
export function slugOf(heading: string): string {
	return heading
		.normalize('NFC')
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
		.replaceAll(/^-+|-+$/gu, '');
}

/** Names of headings in their order: the same heading again gets a number, so that each name stands for one place. */
export function headingNames(headings: readonly string[]): string[] {
	const taken = new Set<string>();
	return headings.map((heading) => {
		const base = slugOf(heading) || 'part';
		let name = base;
		for (let n = 2; taken.has(name); n += 1) name = `${base}-${n}`;
		taken.add(name);
		return name;
	});
}

/** Before every id, so that no heading can take the name of something of the page's own. */
export const HEADING_PREFIX = 'guideline-';

/** A piece of a help text: words, or words that lead to a heading of the guideline. */
export type HelpPiece = { text: string; heading: string | null };

/** A help text cut at its links to the guideline, written `[words](#heading)`. */
export function helpPieces(text: string): HelpPiece[] {
	const pieces: HelpPiece[] = [];
	let at = 0;
	for (const link of text.matchAll(/\[([^[\]]+)\]\(#([^()\s]+)\)/gu)) {
		if (link.index > at) pieces.push({ text: text.slice(at, link.index), heading: null });
		pieces.push({ text: link[1] ?? '', heading: slugOf(decode(link[2] ?? '')) });
		at = link.index + link[0].length;
	}
	if (at < text.length) pieces.push({ text: text.slice(at), heading: null });
	return pieces;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
