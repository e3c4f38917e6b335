import { problem, value } from '../../engine/problem.ts';
import { connectKubernetes } from './kubernetes-api.ts';
import type { Answer, KubernetesApi } from './kubernetes-api.ts';
import { JOB, KINDS, kubernetesObject, NAME, OURS } from './kubernetes-objects.ts';
import type { KindName } from './kubernetes-objects.ts';
import type { KubernetesSettings } from './kubernetes-settings.ts';
import { stateOf } from './kubernetes-state.ts';
import type { ObjectSeen } from './kubernetes-state.ts';
import type { Scheduler } from './scheduler.ts';

const CALL_MS = 15_000;

const SEE = 'Look at the file of PLUMBLINE_KUBERNETES and at what the worker may do in the namespace (docs/launchers.md).';

/** Whether an answer says nothing of what was asked for: none came, credentials are being renewed, or the server has too much to do or is broken. */
const passes = (status: number): boolean => status === 0 || status === 401 || status === 429 || status >= 500;

/** `job/name`, as kubectl reads it. */
function parts(id: string): { kind: KindName; name: string } {
	const [kind, name = ''] = id.split('/');
	return { kind: kind === 'pytorchjob' ? 'pytorchjob' : 'job', name };
}

/** The worker's own ids; none where the system has none. */
function ownUser(): { uid: number; gid: number } | undefined {
	const [uid, gid] = [process.getuid?.(), process.getgid?.()];
	return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/**
 * A Kubernetes cluster by its API. One node is a Job, several are Kubeflow's PyTorchJob.
 * @param callMs after which a call that hangs is given up
 */
export function createKubernetes(settings: KubernetesSettings, { callMs = CALL_MS }: { callMs?: number } = {}): Scheduler {
	let connected: Promise<KubernetesApi> | undefined;
	const api = async (): Promise<KubernetesApi> => {
		connected ??= connectKubernetes(settings.namespace, callMs);
		try {
			return await connected;
		} catch (error) {
			// A kubeconfig that is mended is read again.
			connected = undefined;
			throw error;
		}
	};
	/** Credentials that ran out are read again from where they came. */
	const heard = <T>(answer: Answer<T>): Answer<T> => {
		if (answer.status === 401) connected = undefined;
		return answer;
	};
	const isOurs = (answer: Answer, job: string) => (answer.body as ObjectSeen | undefined)?.metadata?.annotations?.[NAME] === job;

	return {
		name: 'kubernetes',
		submit: async (job) => {
			const { kind, name, body } = kubernetesObject(job, settings, ownUser());
			let client: KubernetesApi;
			try {
				client = await api();
			} catch (error) {
				return problem('start_failed', `The worker finds no way to Kubernetes: ${(error as Error).message}`, 'Give it a kubeconfig (KUBECONFIG) or a service account.');
			}
			const made = heard(await client.create(kind, body));
			if (made.status === 200) return value(`${kind}/${name}`);
			// It may have arrived although no answer came, or before: the name is the attempt's own.
			if (passes(made.status) || made.status === 409) {
				const there = heard(await client.read(kind, name));
				if (there.status === 200 && isOurs(there, job.name)) return value(`${kind}/${name}`);
				if (there.status === 200) return problem('start_failed', `Kubernetes has an object ${name} that is not this run’s.`, SEE);
				const last = made.status === 409 ? there : made;
				if (last.status === 0) return problem('out_of_reach', `The Kubernetes API does not answer (${last.message.slice(0, 300)}).`, SEE);
				if (passes(last.status)) return problem('out_of_reach', `The Kubernetes API cannot take the job now (${last.status}): ${last.message.slice(0, 500)}`, SEE);
			}
			if (made.status === 404 && kind === 'pytorchjob') return problem('start_failed', 'The cluster knows no PyTorchJob, which several nodes need.', 'Install Kubeflow’s training operator, or take one machine.');
			return problem('start_failed', `Kubernetes did not take the job (${made.status}): ${made.message.slice(0, 500)}`, SEE);
		},
		state: async (id) => {
			const { kind, name } = parts(id);
			const client = await api().catch(() => null);
			const [seen, pods] = client ? await Promise.all([client.read(kind, name).then(heard), client.pods(`${JOB}=${name}`)]) : [null, null];
			if (seen?.status === 404) return { state: 'gone', detail: 'unknown to Kubernetes' };
			if (seen?.status !== 200) return { state: 'unknown' };
			const state = stateOf(seen.body as ObjectSeen, pods?.status === 200 ? pods.body.items : []);
			// The object lives; whether its pods run, only they say.
			return state.state !== 'gone' && pods?.status !== 200 ? { state: 'unknown' } : state;
		},
		cancel: async (id) => {
			const { kind, name } = parts(id);
			await (await api().catch(() => null))?.remove(kind, name);
		},
		find: async (prefix) => {
			const client = await api().catch(() => null);
			const kinds = Object.keys(KINDS) as KindName[];
			const found = await Promise.all(
				kinds.map(async (kind) => {
					const listed = await client?.list(kind, OURS);
					return listed?.status === 200 ? (listed.body.items as ObjectSeen[]).map((object) => ({ kind, object })) : [];
				})
			);
			return found.flat().flatMap(({ kind, object }) => {
				const name = object.metadata?.annotations?.[NAME];
				return name?.startsWith(prefix) && stateOf(object, []).state !== 'gone' ? [{ id: `${kind}/${object.metadata?.name ?? ''}`, name }] : [];
			});
		}
	};
}
