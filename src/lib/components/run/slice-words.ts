import { count } from '#lib/components/shell/format.ts';
import { OTHER_SLICES, SLICE_KINDS } from '#lib/domain/accuracy-slices.ts';
import type { AccuracySlice, SliceKind } from '#lib/domain/accuracy-slices.ts';
import { getLocale } from '#lib/paraglide/runtime.js';
import * as m from '#lib/paraglide/messages.js';

/** What each table of parts is called. */
export const SLICE_TITLE: Record<SliceKind, () => string> = { criterion: m.slices_criterion, tag: m.composition_tags, language: m.composition_languages, length: m.slices_length, longer: m.slices_longer };

/** The last band has no end. */
const OPEN_FROM = 1024;

function tokens(from: number): string {
	if (from === 0) return m.slices_tokens_under({ n: count(32) });
	return from >= OPEN_FROM ? m.slices_tokens_from({ n: count(from) }) : `${count(from)}–${count(from * 2 - 1)}`;
}

const language = (tag: string): string => new Intl.DisplayNames(getLocale(), { type: 'language', fallback: 'code' }).of(tag) ?? tag;

/** A part of the pairs in words. `criteria` are the form’s names by key. */
export function sliceName({ by, name }: AccuracySlice, criteria: Readonly<Record<string, string>>): string {
	if (name === OTHER_SLICES) return m.composition_others();
	switch (by) {
		case 'criterion':
			return criteria[name] ?? name;
		case 'tag':
			return name || m.composition_no_tag();
		case 'language':
			return name ? language(name) : m.composition_no_language();
		case 'length':
			return tokens(Number(name));
		case 'longer':
			return name === 'chosen' ? m.slices_longer_chosen() : m.slices_longer_rejected();
	}
}

/** Parts by kind, in the order in which they are shown; kinds without any are left out. */
export function slicesByKind(slices: readonly AccuracySlice[]): { by: SliceKind; parts: AccuracySlice[] }[] {
	return SLICE_KINDS.map((by) => ({ by, parts: slices.filter((slice) => slice.by === by) })).filter(({ parts }) => parts.length > 0);
}
