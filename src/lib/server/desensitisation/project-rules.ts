import { hmacSha256Hex } from '../../domain/canonical-json.ts';
import { RULES } from '../../domain/desensitisation/detect.ts';
import type { NamedDetector } from '../../domain/desensitisation/detect.ts';
import { RULE_KINDS } from '../../domain/desensitisation/kind.ts';
import type { Kind } from '../../domain/desensitisation/kind.ts';
import { valueOf } from '../../domain/desensitisation/ledger.ts';
import type { Pseudonym } from '../../domain/desensitisation/mask-record.ts';
import type { Rules } from '../../domain/desensitisation/mask-text.ts';
import { actionOf } from '../../domain/desensitisation/settings.ts';
import type { OwnWord, Settings } from '../../domain/desensitisation/settings.ts';
import { wordDetector } from '../../domain/desensitisation/word-list.ts';
import { patternDetectors } from './patterns.ts';

/** A project's settings ready for use. */
export type ProjectRules = Rules & {
	settings: Settings;
	version: number;
	pseudonym: Pseudonym;
	/** Keyed hash of a value: equal for equal values of the project. */
	valueKey: (kind: Kind, original: string) => string;
};

const WORD_KINDS: readonly OwnWord['kind'][] = ['word', 'person', 'organisation'];

/** What settings ask for, with the project's key. A list whose kind is off is not looked for. */
export function projectRules(of: { settings: Settings; version: number; key: string }): ProjectRules {
	const { settings, version, key } = of;
	const keyed = (use: string, kind: Kind, original: string) => hmacSha256Hex(key, `${use}\0${kind}\0${valueOf(kind, original)}`);
	const valueKey = (kind: Kind, original: string) => keyed('value', kind, original).slice(0, 32);
	const excepted = new Set(settings.exceptions.map((one) => `${one.kind}:${one.key}`));
	const patterns = patternDetectors(settings.patterns);
	// What is stored was checked when it was set.
	if (!patterns.ok) throw new Error(patterns.problem.detail);
	const on = (kind: Kind) => actionOf(settings, kind) !== 'off';
	const detectors: NamedDetector[] = [
		...RULE_KINDS.filter(on).map((kind) => ({ kind, find: RULES[kind] })),
		...WORD_KINDS.filter(on).flatMap((kind) => {
			const words = settings.words.filter((word) => word.kind === kind).map((word) => word.text);
			return words.length > 0 ? [{ kind, find: wordDetector(words) }] : [];
		}),
		...(on('pattern') ? patterns.value.map((find) => ({ kind: 'pattern' as const, find })) : [])
	];
	return {
		settings,
		version,
		detectors,
		actionOf: (kind) => actionOf(settings, kind),
		isException: excepted.size === 0 ? () => false : (kind, original) => excepted.has(`${kind}:${valueKey(kind, original)}`),
		pseudonym: (kind, original) => `[${kind.toUpperCase()}_${keyed('name', kind, original).slice(0, 12)}]`,
		valueKey
	};
}
