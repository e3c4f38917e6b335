import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { FieldError, Result } from '../../domain/problem.ts';
import { fail, ok } from '../../domain/problem.ts';
import { MOST_OF_SUITE } from '../../domain/suite/check.ts';
import type { Check } from '../../domain/suite/check.ts';
import { jsonIn } from '../../domain/suite/grade.ts';
import type { Tools } from '../../domain/suite/grade.ts';

/** Instructions of a compiled pattern: time is at most this times the length of the text. */
const MOST_INSTRUCTIONS = 2000;
/** Answers longer than this are no JSON that anybody asked for. */
const MOST_JSON_CHARS = 1_000_000;

const compiled = (pattern: string, ignoreCase: boolean): RE2JS => RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE : RE2JS.MULTILINE);

/** Patterns inside a schema run in RE2 too: JavaScript's own engine can be made to stand still by an answer. */
function linear(pattern: string): { test: (text: string) => boolean; toString: () => string } {
	const re2 = RE2JS.compile(pattern);
	// ajv keeps patterns by what they print: two that print alike are one to it.
	return { test: (text) => re2.matcher(text).find(), toString: () => pattern };
}
linear.code = 'linear';

function compileSchema(schema: Record<string, unknown> | boolean): ValidateFunction {
	const ajv = new Ajv2020({ strict: false, validateFormats: false, unicodeRegExp: true, logger: false, code: { regExp: linear } });
	return ajv.compile(schema);
}

function accepts(validate: ValidateFunction, text: string): boolean {
	if (text.length > MOST_JSON_CHARS) return false;
	try {
		return validate(JSON.parse(jsonIn(text)));
	} catch {
		// No JSON; or nested so deep, with a schema that calls itself, that no stack holds it.
		return false;
	}
}

/**
 * Compiles what checks need of foreign libraries, once for all answers. Fails
 * with the field of what cannot be compiled: `checks[2].pattern`.
 */
export function checkTools(checks: readonly Check[]): Result<Tools> {
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
	return ok({
		matches: (check, text) => patterns.get(check)?.matcher(text).find() === true,
		conforms: (check, text) => {
			const validate = schemas.get(check);
			return validate !== undefined && accepts(validate, text);
		}
	});
}
