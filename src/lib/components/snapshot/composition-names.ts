import { count } from '#lib/components/shell/format.ts';
import { OTHERS } from '#lib/domain/composition.ts';
import * as m from '#lib/paraglide/messages.js';

const SOURCES: Readonly<Record<string, () => string>> = { checkpoint: m.composition_checkpoint, endpoint: m.composition_endpoint, person: m.composition_person, import: m.composition_import, rewrite: m.composition_rewrite };

/** By what rows are told apart. */
export const KINDS = [
	{ kind: 'tags', title: m.composition_tags },
	{ kind: 'languages', title: m.composition_languages },
	{ kind: 'sources', title: m.composition_sources },
	{ kind: 'lengths', title: m.composition_lengths }
] as const;
export type Kind = (typeof KINDS)[number]['kind'];

const NONE: Record<Kind, () => string> = { tags: m.composition_no_tag, languages: m.composition_no_language, sources: m.composition_import, lengths: m.composition_others };

/** A class of rows in words. */
export function compositionName(kind: Kind, name: string): string {
	if (name === OTHERS) return m.composition_others();
	if (name === '') return NONE[kind]();
	if (kind === 'lengths') return `${count(Number(name))}–${count(Number(name) * 2 - 1)}`;
	return kind === 'sources' ? (SOURCES[name]?.() ?? name) : name;
}
