/** What is held level when strengths are compared: nothing, how long answers are, or also how they are set. */
export const STYLES = ['none', 'length', 'length_and_format'] as const;
export type Style = (typeof STYLES)[number];

/** What of an answer is style: characters, and Markdown's headings, bold passages and list items. */
export const FEATURES = ['length', 'headings', 'bold', 'lists'] as const;
export type Feature = (typeof FEATURES)[number];
export type StyleCounts = Readonly<Record<Feature, number>>;

/** Features that a style holds level. */
export function featuresOf(style: Style): readonly Feature[] {
	return style === 'none' ? [] : style === 'length' ? ['length'] : FEATURES;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The lines of a text that do not stand in fenced code; a fence that nobody closes goes to the end. */
function proseOf(text: string): string {
	let open: string | null = null;
	const lines = text.split('\n').filter((line) => {
		const fence = FENCE.exec(line)?.[1];
		if (open === null) {
			if (fence === undefined) return true;
			open = fence;
		} else if (fence?.startsWith(open)) open = null;
		return false;
	});
	return lines.join('\n');
}

/** Counts what of a text is style. What stands in fenced code is code, not setting; it counts as length alone. */
export function styleOf(text: string): StyleCounts {
	let length = 0;
	for (const _ of text) length += 1;
	const prose = proseOf(text);
	const count = (pattern: RegExp): number => prose.match(pattern)?.length ?? 0;
	return { length, headings: count(/^ {0,3}#{1,6}[ \t]/gm), bold: count(/\*\*[^*\n]+\*\*|__[^_\n]+__/g), lists: count(/^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/gm) };
}

/**
 * How two answers differ in each feature: (a − b) / (a + b), from −1 to 1, and
 * nought where neither has any (LMArena's style control). Twice as long is ⅓.
 */
export function styleDifference(style: Style, a: StyleCounts, b: StyleCounts): number[] {
	return featuresOf(style).map((feature) => {
		const sum = a[feature] + b[feature];
		return sum === 0 ? 0 : (a[feature] - b[feature]) / sum;
	});
}

/** The difference of an answer twice as long, in the units of `styleDifference`. */
export const TWICE = 1 / 3;
