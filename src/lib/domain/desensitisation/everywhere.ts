import { fold } from './fold.ts';
import { NAME_KINDS } from './kind.ts';
import type { Finding } from './kind.ts';
import { wordDetector } from './word-list.ts';

/** Names found in the texts of one document, wherever else they stand in it: a sentence may show a name for what it is, the next only repeats it. */
export function everywhere(texts: readonly string[], found: readonly (readonly Finding[])[]): Finding[][] {
	const detectors = NAME_KINDS.flatMap((kind) => {
		const names = new Set(texts.flatMap((text, index) => (found[index] ?? []).filter((one) => one.kind === kind).map(({ start, end }) => text.slice(start, end)).filter((name) => name.length > 1)));
		return names.size > 0 ? [{ kind, find: wordDetector([...names]) }] : [];
	});
	return texts.map((text, index) => [...(found[index] ?? []), ...detectors.flatMap(({ kind, find }) => find(fold(text)).map((span) => ({ ...span, kind })))]);
}
