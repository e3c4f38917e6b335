import { request } from 'undici';
import { problem, value } from '../../engine/problem.ts';
import type { JobState, Scheduler, SchedulerJob } from './scheduler.ts';
import { quoted } from './slurm.ts';

const CALL_MS = 15_000;
const SEE = 'Look at PLUMBLINE_RAY_ADDRESS and at the cluster’s dashboard.';

/** A job as Ray's REST API shows it. */
type RayJob = { submission_id?: string | null; status: string; message?: string | null; metadata?: Record<string, string> | null };

/** The job's states in Ray's own words: PENDING and RUNNING live, all others are over. */
export function rayState({ status, message }: Pick<RayJob, 'status' | 'message'>): JobState {
	const detail = message ? { detail: message.slice(0, 300) } : {};
	if (status === 'PENDING') return { state: 'waiting', ...detail };
	if (status === 'RUNNING') return { state: 'running' };
	return { state: 'gone', detail: [status, message?.slice(0, 300)].filter(Boolean).join(': ') };
}

/** What Ray is asked for: the watcher as entry point, on a node that has the processors and GPUs. */
export function rayRequest({ name, argv, resources }: SchedulerJob): Record<string, unknown> {
	return {
		submission_id: name,
		entrypoint: argv.map(quoted).join(' '),
		entrypoint_num_cpus: resources.cpusPerNode,
		entrypoint_num_gpus: resources.gpusPerNode,
		metadata: { name }
	};
}

/**
 * A Ray cluster by its job submission API. A job is placed on one node; several nodes are Slurm's business, since ms-swift starts its processes by torchrun and not as Ray actors.
 * @param address the dashboard's address, such as `http://head:8265`
 */
export function createRay(address: string): Scheduler {
	// Not fetch: it says that it is a browser's, and Ray takes no job from a browser.
	const call = async (path: string, method: 'GET' | 'POST' = 'GET', sent?: object): Promise<{ status: number; body: unknown } | null> => {
		try {
			const response = await request(new URL(path, address), { method, ...(sent ? { body: JSON.stringify(sent), headers: { 'content-type': 'application/json' } } : {}), signal: AbortSignal.timeout(CALL_MS) });
			const text = await response.body.text();
			let body: unknown = text;
			try {
				body = JSON.parse(text);
			} catch {
				// Ray tells its errors as plain text.
			}
			return { status: response.statusCode, body };
		} catch {
			return null;
		}
	};
	return {
		name: 'ray',
		submit: async (job) => {
			if (job.resources.nodes > 1) return problem('start_failed', 'A job on Ray runs on one node.', 'Take Slurm for several nodes.');
			const answer = await call('/api/jobs/', 'POST', rayRequest(job));
			if (answer?.status === 200) return value((answer.body as RayJob).submission_id ?? job.name);
			// It may have arrived although no answer came: the name is the attempt's own.
			const there = await call(`/api/jobs/${encodeURIComponent(job.name)}`);
			if (there?.status === 200 && (there.body as RayJob).metadata?.['name'] === job.name) return value(job.name);
			if (!answer) return problem('out_of_reach', 'The Ray cluster does not answer.', SEE);
			if (answer.status >= 500 || answer.status === 429) return problem('out_of_reach', `Ray cannot take the job now (${answer.status}): ${String(answer.body).slice(-500)}`, SEE);
			return problem('start_failed', `Ray did not take the job (${answer.status}): ${String(answer.body).slice(-500)}`, SEE);
		},
		state: async (id) => {
			const answer = await call(`/api/jobs/${encodeURIComponent(id)}`);
			if (answer?.status === 200) return rayState(answer.body as RayJob);
			return answer?.status === 404 ? { state: 'gone', detail: 'unknown to Ray' } : { state: 'unknown' };
		},
		cancel: async (id) => {
			await call(`/api/jobs/${encodeURIComponent(id)}/stop`, 'POST');
		},
		find: async (prefix) => {
			const answer = await call('/api/jobs/');
			if (answer?.status !== 200) return [];
			return (answer.body as RayJob[]).flatMap(({ submission_id: id, status }) => (id?.startsWith(prefix) && rayState({ status }).state !== 'gone' ? [{ id, name: id }] : []));
		}
	};
}
