import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { FieldError, Result } from '../../domain/problem.ts';
import { fail, ok } from '../../domain/problem.ts';
import { MOST_OF_SUITE } from '../../domain/suite/check.ts';
import type { Check } from '../../domain/suite/check.ts';
import { jsonIn } from '../../domain/suite/grade.ts';
import type { Tools } from '../../domain/suite/grade.ts';
import { TookTooLong, withinTime } from './time-limit.ts';

/** Instructions of a compiled pattern: time is at most this times the length of the text. */
const MOST_INSTRUCTIONS = 2000;
/** Answers longer than this are no JSON that anybody asked for. */
const MOST_JSON_CHARS = 1_000_000;

/** What an honest check of one answer needs no hundredth of, also on a host that is busy. */
const MOST_MS = 1000;
/** Steps of a pattern that are over in milliseconds; more of them are watched. */
const UNWATCHED_STEPS = 1_000_000;

const compiled = (pattern: string, ignoreCase: boolean): RE2JS => RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE : RE2JS.MULTILINE);

/** Patterns inside a schema run in RE2 too: JavaScript's own engine can be made to stand still by an answer. */
function linear(pattern: string): { test: (text: string) => boolean; toString: () => string } {
	const re2 = RE2JS.compile(pattern);
	// ajv keeps patterns by what they print: two that print alike are one to it.
	return { test: (text) => re2.matcher(text).find(), toString: () => pattern };
}
linear.code = 'linear';

function compileSchema(schema: Record<string, unknown> | boolean): ValidateFunction {
	const ajv = new Ajv2020({ strict: false, validateFormats: false, unicodeRegExp: true, logger: false, inlineRefs: false, code: { regExp: linear } });
	return ajv.compile(schema);
}

/** JSON that an answer holds, and that anybody could have asked for; nothing where there is none. */
function valueIn(text: string): { value: unknown } | null {
	if (text.length > MOST_JSON_CHARS) return null;
	try {
		return { value: JSON.parse(jsonIn(text)) as unknown };
	} catch {
		return null;
	}
}

function accepts(validate: ValidateFunction, value: unknown): boolean {
	try {
		return validate(value);
	} catch {
		// Nested so deep, with a schema that calls itself, that no stack holds it.
		return false;
	}
}

/** Runs what people wrote and says null in place of a verdict once anything took too long: one stop is all that a suite can cost. */
function watch(mostMs: number): (run: () => boolean) => boolean | null {
	let stopped = false;
	return (run) => {
		if (stopped) return null;
		try {
			return withinTime(mostMs, run);
		} catch (error) {
			if (!(error instanceof TookTooLong)) throw error;
			stopped = true;
			return null;
		}
	};
}

/**
 * Compiles what checks need of foreign libraries, once for all answers. Fails
 * with the field of what cannot be compiled: `checks[2].pattern`. What takes longer than `mostMs` over an answer has no
 * verdict on it, nor on any after it.
 */
export function checkTools(checks: readonly Check[], mostMs = MOST_MS): Result<Tools> {
	const patterns = new Map<Check, RE2JS>();
	const schemas = new Map<Check, ValidateFunction>();
	const errors: FieldError[] = [];
	const why = (error: unknown) => (error instanceof Error ? error.message.slice(0, 160) : 'unreadable');
	for (const [index, check] of checks.entries()) {
		if (check.kind === 'regex') {
			try {
				const pattern = compiled(check.pattern, check.ignoreCase);
				if (pattern.programSize() > MOST_INSTRUCTIONS) errors.push({ field: `checks[${index}].pattern`, message: 'is too large: repeat less, or make two checks of it' });
				patterns.set(check, pattern);
			} catch (error) {
				errors.push({ field: `checks[${index}].pattern`, message: `is no pattern of RE2: ${why(error)}. It has no look-around and no back-references` });
			}
		} else if (check.kind === 'json_schema') {
			try {
				if (JSON.stringify(check.schema).length > MOST_OF_SUITE.schemaChars) errors.push({ field: `checks[${index}].schema`, message: `at most ${MOST_OF_SUITE.schemaChars} characters` });
				else schemas.set(check, compileSchema(check.schema));
			} catch (error) {
				errors.push({ field: `checks[${index}].schema`, message: `is no JSON Schema of draft 2020-12: ${why(error)}` });
			}
		}
	}
	const [first] = errors;
	if (first) return fail('invalid_input', `${first.field}: ${first.message}`, { errors });
	const watched = watch(mostMs);
	return ok({
		matches: (check, text) => {
			const pattern = patterns.get(check);
			if (!pattern) return false;
			const found = () => pattern.matcher(text).find();
			return pattern.programSize() * text.length > UNWATCHED_STEPS ? watched(found) : found();
		},
		conforms: (check, text) => {
			const validate = schemas.get(check);
			const held = valueIn(text);
			return validate && held ? watched(() => accepts(validate, held.value)) : false;
		}
	});
}
