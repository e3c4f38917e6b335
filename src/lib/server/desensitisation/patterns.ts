import { RE2JS } from 're2js';
import { fail, ok } from '../../domain/problem.ts';
import type { FieldError, Result } from '../../domain/problem.ts';
import type { Detector } from '../../domain/desensitisation/kind.ts';

/** Instructions of a compiled pattern: time is at most this times the length of the text. */
const MOST_INSTRUCTIONS = 2000;

/**
 * Detectors of patterns that people wrote. They run in RE2, an automaton whose
 * time is linear in the text whatever the pattern: what makes JavaScript's own
 * engine stand still for hours (`(a+)+$`) costs nothing here, and what RE2 has no
 * linear time for (look-around, back-references) it refuses.
 */
export function patternDetectors(patterns: readonly string[]): Result<Detector[]> {
	const errors: FieldError[] = [];
	const detectors = patterns.flatMap((pattern, index): Detector[] => {
		const wrong = (message: string) => {
			errors.push({ field: `patterns[${index}]`, message });
			return [];
		};
		let compiled: RE2JS;
		try {
			compiled = RE2JS.compile(pattern);
		} catch (error) {
			return wrong(`is no pattern of RE2: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}. It has no look-around and no back-references`);
		}
		if (compiled.programSize() > MOST_INSTRUCTIONS) return wrong('is too large: repeat less, or make two of it');
		if (compiled.matcher('').find()) return wrong('matches the empty text, and so everywhere');
		return [(text) => matches(compiled, text)];
	});
	const [first] = errors;
	return first ? fail('invalid_input', `${first.field}: ${first.message}`, { errors }) : ok(detectors);
}

function matches(pattern: RE2JS, text: string): { start: number; end: number }[] {
	const spans: { start: number; end: number }[] = [];
	const matcher = pattern.matcher(text);
	while (matcher.find()) if (matcher.end() > matcher.start()) spans.push({ start: matcher.start(), end: matcher.end() });
	return spans;
}
