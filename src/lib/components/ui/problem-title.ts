import type { ProblemCode } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';

const TITLES: Record<ProblemCode, () => string> = {
	invalid_input: m.problem_invalid_input,
	not_signed_in: m.problem_not_signed_in,
	wrong_credentials: m.problem_wrong_credentials,
	forbidden: m.problem_forbidden,
	walled: m.problem_walled,
	scope_missing: m.problem_scope_missing,
	cross_site: m.problem_cross_site,
	not_found: m.problem_not_found,
	method_not_allowed: m.problem_method_not_allowed,
	conflict: m.problem_conflict,
	lease_lost: m.problem_lease_lost,
	already_judged: m.problem_already_judged,
	yet_to_judge: m.problem_yet_to_judge,
	four_eyes: m.problem_four_eyes,
	gate_not_passed: m.problem_gate_not_passed,
	already_decided: m.problem_already_decided,
	gone: m.problem_gone,
	too_large: m.problem_too_large,
	unsupported_format: m.problem_unsupported_format,
	key_reused: m.problem_key_reused,
	import_refused: m.problem_import_refused,
	impossible_recipe: m.problem_impossible_recipe,
	sensitive: m.problem_sensitive,
	empty_snapshot: m.problem_empty_snapshot,
	too_many_leases: m.problem_too_many_leases,
	too_many_attempts: m.problem_too_many_attempts,
	not_ready: m.problem_not_ready,
	internal: m.problem_internal
};

/** A problem's name in the reader's language; the detail beside it says what happened here. */
export function problemTitle(code: string | undefined): string {
	return code !== undefined && code in TITLES ? TITLES[code as ProblemCode]() : m.problem_internal();
}
