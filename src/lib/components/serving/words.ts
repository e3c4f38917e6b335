import { clock, count, moment } from '#lib/components/shell/format.ts';
import type { ServerStatus } from '#lib/domain/model-server.ts';
import type { Deployment } from '#lib/server/db/deployments.ts';
import type { RequestLine } from '#lib/server/db/gateway-requests.ts';
import type { ModelServerView } from '#lib/server/usecases/read-model-server.ts';
import type { Servable } from '#lib/server/usecases/serving-choices.ts';
import * as m from '#lib/paraglide/messages.js';

type Tone = 'neutral' | 'active' | 'ok' | 'warn' | 'bad';

/** What is to be served, as a form sends it. */
export const servableValue = ({ checkpointId, exportId }: Pick<Servable, 'checkpointId' | 'exportId'>): string => (exportId === null ? checkpointId : `${checkpointId}/${exportId}`);

const PROBLEM: Record<string, () => string> = {
	unreachable: m.serving_problem_unreachable,
	silent: m.serving_problem_silent,
	refused: m.serving_problem_refused,
	denied: m.serving_problem_denied,
	failing: m.serving_problem_failing,
	model_missing: m.serving_problem_model_missing,
	key_unreadable: m.serving_problem_key_unreadable
};

/** How a server is, as word and tone; null: one of ours that does not answer now, which says so itself. What a drained or retired one looks like matters more than its health. */
export function serverState(of: Pick<Deployment, 'state' | 'health' | 'retired' | 'serverId' | 'baseUrl'>): { word: string; tone: Tone } | null {
	if (of.retired) return { word: m.serving_retired(), tone: 'bad' };
	if (of.state === 'draining') return { word: m.serving_draining(), tone: 'warn' };
	if (of.serverId !== null && of.baseUrl === null) return null;
	if (of.health === 'up') return { word: m.serving_up(), tone: 'ok' };
	return of.health === 'down' ? { word: m.serving_down(), tone: 'bad' } : { word: m.serving_unknown(), tone: 'neutral' };
}

/** Why a server is not well, for who can mend it; none: it is. */
export const serverProblem = (of: Pick<Deployment, 'healthProblem'>): string | null => (of.healthProblem === null ? null : (PROBLEM[of.healthProblem] ?? m.serving_problem_failing)());

const STATE: Record<ServerStatus, { word: () => string; tone: Tone }> = {
	waiting: { word: m.serving_state_waiting, tone: 'neutral' },
	starting: { word: m.serving_state_starting, tone: 'active' },
	ready: { word: m.serving_state_ready, tone: 'ok' },
	stopping: { word: m.serving_state_stopping, tone: 'warn' },
	failed: { word: m.serving_state_failed, tone: 'bad' },
	ended: { word: m.serving_state_ended, tone: 'neutral' }
};

/** How a server that workers run is, as word and tone. */
export const modelServerState = ({ status }: Pick<ModelServerView, 'status'>): { word: string; tone: Tone } => ({ word: STATE[status].word(), tone: STATE[status].tone });

/** Where a server runs and since when it answers: what is known of it. */
export function whereRuns({ hostname, devices, gpus, engine, readyAt }: Pick<ModelServerView, 'hostname' | 'devices' | 'gpus' | 'engine' | 'readyAt'>): string {
	const on = devices && devices.length > 0 ? m.serving_on_gpus({ ids: devices.join(', ') }) : gpus === 0 ? m.serving_on_processors() : `${m.serving_ours_gpus()}: ${count(gpus)}`;
	return [hostname, on, hostname === null || engine === null ? null : engine === 'vllm' ? 'vLLM' : engine, readyAt ? m.serving_since({ at: moment(readyAt) }) : null].filter((part) => part !== null).join(' · ');
}

/** Why a server has not begun. */
export function waitsWords({ waitingFor, nextTryAt, gpus }: Pick<ModelServerView, 'waitingFor' | 'nextTryAt' | 'gpus'>): string {
	if (waitingFor?.code === 'next_try') return m.serving_wait_next_try({ at: nextTryAt ? clock(nextTryAt) : '' });
	if (waitingFor?.code === 'no_worker') return m.serving_wait_no_worker();
	if (waitingFor?.code === 'no_engine') return m.serving_wait_no_engine();
	if (waitingFor?.code === 'too_few_gpus') return m.serving_wait_too_few_gpus({ gpus: count(gpus), most: count(waitingFor.most) });
	return waitingFor?.code === 'no_processors' ? m.serving_wait_no_processors() : m.serving_wait_room();
}

const SERVER_PROBLEM: Record<string, () => string> = {
	out_of_memory: m.serving_server_problem_memory,
	disk_full: m.serving_server_problem_disk,
	killed: m.serving_server_problem_killed,
	artifact_damaged: m.serving_server_problem_damaged,
	template_changed: m.serving_server_problem_template,
	model_missing: m.serving_server_problem_model,
	server_silent: m.serving_server_problem_silent,
	server_mute: m.serving_server_problem_mute,
	broken_model: m.serving_server_problem_broken,
	worker_lost: m.serving_server_problem_lost,
	worker_stopped: m.serving_server_problem_left
};

/** What ended a server, in the reader's language. */
export const modelServerProblem = (code: string): string => (SERVER_PROBLEM[code] ?? m.serving_server_problem_other)();

const WAY: Record<RequestLine['way'], () => string> = { asked: m.serving_way_asked, canary: m.serving_way_canary, fallback: m.serving_way_fallback, shadow: m.serving_way_shadow };

/** By which way a checkpoint came to answer. */
export const wayName = (way: RequestLine['way']): string => WAY[way]();

/** How a request ended: colour never speaks alone. */
export function ending({ status, problem }: Pick<RequestLine, 'status' | 'problem'>): { word: string; tone: Tone } {
	if (problem === 'hung_up') return { word: m.serving_hung_up(), tone: 'neutral' };
	if (problem === 'not_read') return { word: m.serving_not_read(), tone: 'neutral' };
	return status === 200 && problem === null ? { word: m.serving_answered(), tone: 'ok' } : { word: problem ?? String(status), tone: 'bad' };
}
