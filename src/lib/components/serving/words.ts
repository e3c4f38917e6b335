import type { Deployment } from '#lib/server/db/deployments.ts';
import type { RequestLine } from '#lib/server/db/gateway-requests.ts';
import * as m from '#lib/paraglide/messages.js';

type Tone = 'neutral' | 'active' | 'ok' | 'warn' | 'bad';

const PROBLEM: Record<string, () => string> = {
	unreachable: m.serving_problem_unreachable,
	silent: m.serving_problem_silent,
	refused: m.serving_problem_refused,
	denied: m.serving_problem_denied,
	failing: m.serving_problem_failing,
	model_missing: m.serving_problem_model_missing,
	key_unreadable: m.serving_problem_key_unreadable
};

/** How a server is, as word and tone. What a drained or retired one looks like matters more than its health. */
export function serverState(of: Pick<Deployment, 'state' | 'health' | 'retired'>): { word: string; tone: Tone } {
	if (of.retired) return { word: m.serving_retired(), tone: 'bad' };
	if (of.state === 'draining') return { word: m.serving_draining(), tone: 'warn' };
	if (of.health === 'up') return { word: m.serving_up(), tone: 'ok' };
	return of.health === 'down' ? { word: m.serving_down(), tone: 'bad' } : { word: m.serving_unknown(), tone: 'neutral' };
}

/** Why a server is not well, for who can mend it; none: it is. */
export const serverProblem = (of: Pick<Deployment, 'healthProblem'>): string | null => (of.healthProblem === null ? null : (PROBLEM[of.healthProblem] ?? m.serving_problem_failing)());

const WAY: Record<RequestLine['way'], () => string> = { asked: m.serving_way_asked, canary: m.serving_way_canary, fallback: m.serving_way_fallback, shadow: m.serving_way_shadow };

/** By which way a checkpoint came to answer. */
export const wayName = (way: RequestLine['way']): string => WAY[way]();

/** How a request ended: colour never speaks alone. */
export function ending({ status, problem }: Pick<RequestLine, 'status' | 'problem'>): { word: string; tone: Tone } {
	if (problem === 'hung_up') return { word: m.serving_hung_up(), tone: 'neutral' };
	if (problem === 'not_read') return { word: m.serving_not_read(), tone: 'neutral' };
	return status === 200 && problem === null ? { word: m.serving_answered(), tone: 'ok' } : { word: problem ?? String(status), tone: 'bad' };
}
