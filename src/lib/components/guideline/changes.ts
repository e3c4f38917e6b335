import { diffArrays } from 'diff';
import { PATIENCE_MS, tokens } from '#lib/components/judge/difference.ts';

/** A stretch of a text that was rewritten: in both versions, or in one alone. */
export type Change = { text: string; kind: 'same' | 'added' | 'removed' };

function compare(before: string, after: string, unit: 'word' | 'sentence', timeout: number): Change[] | null {
	const changes = diffArrays(tokens(before, unit), tokens(after, unit), { timeout });
	// The library gives up after its time.
	if (!changes) return null;
	return changes.map(({ value, added, removed }): Change => ({ text: value.join(''), kind: added ? 'added' : removed ? 'removed' : 'same' }));
}

/** Spaces alone between two changes belong to them: a rewritten sentence reads as one change, not as one a word. */
function joined(changes: readonly Change[]): Change[] {
	const result: Change[] = [];
	let removed = '';
	let added = '';
	const flush = (): void => {
		if (removed) result.push({ text: removed, kind: 'removed' });
		if (added) result.push({ text: added, kind: 'added' });
		removed = '';
		added = '';
	};
	changes.forEach((change, index) => {
		const next = changes[index + 1];
		const between = change.kind === 'same' && (removed !== '' || added !== '') && next !== undefined && next.kind !== 'same' && /^[^\S\n]+$/u.test(change.text);
		if (change.kind === 'removed' || between) removed += change.text;
		if (change.kind === 'added' || between) added += change.text;
		if (change.kind === 'same' && !between) {
			flush();
			result.push(change);
		}
	});
	flush();
	return result;
}

/** What changed from one version of a text to the next, word by word; by sentence where that takes too long; null: too long for that as well. */
export function changesOf(before: string, after: string, patience: Record<'word' | 'sentence', number> = PATIENCE_MS): Change[] | null {
	const found = compare(before, after, 'word', patience.word) ?? compare(before, after, 'sentence', patience.sentence);
	return found && joined(found);
}

/** One line of both versions together. */
export type Line = { changes: Change[]; changed: boolean };
/** Lines to be shown, or so many left out that nothing changed in. */
export type Block = { kind: 'lines'; lines: Line[] } | { kind: 'unchanged'; lines: Line[] };

const CONTEXT = 2;

/** Changes by line, long unchanged stretches apart. */
export function blocksOf(changes: readonly Change[]): Block[] {
	const lines: Line[] = [{ changes: [], changed: false }];
	for (const { text, kind } of changes) {
		text.split('\n').forEach((part, index) => {
			if (index > 0) lines.push({ changes: [], changed: false });
			const line = lines.at(-1);
			if (!line) return;
			if (part !== '') line.changes.push({ text: part, kind });
			if (kind !== 'same' && (part !== '' || index > 0)) line.changed = true;
		});
	}
	const near = lines.map((_, at) => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ changed }) => changed));
	const blocks: Block[] = [];
	lines.forEach((line, at) => {
		const kind = near[at] ? 'lines' : 'unchanged';
		const last = blocks.at(-1);
		if (last?.kind === kind) last.lines.push(line);
		else blocks.push({ kind, lines: [line] });
	});
	return blocks;
}
