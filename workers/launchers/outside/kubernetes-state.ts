import type { V1ObjectMeta, V1Pod } from '@kubernetes/client-node';
import type { JobState } from './scheduler.ts';

type Condition = { type: string; status: string; reason?: string; message?: string };

/** What of a Job or PyTorchJob says how it stands; both write their conditions alike. */
export type ObjectSeen = { kind?: string; metadata?: V1ObjectMeta; status?: { conditions?: Condition[] | null } };

/** What of a pod is read. */
export type PodSeen = Pick<V1Pod, 'metadata' | 'status'>;

const OVER = new Set(['Complete', 'Succeeded', 'Failed']);

const told = (...words: (string | undefined)[]) => words.filter(Boolean).join(': ').slice(0, 400);

/** Why a pod's node was taken from it; undefined where it was not. */
function disruption({ status }: PodSeen): string | undefined {
	const condition = status?.conditions?.find(({ type, status: set }) => type === 'DisruptionTarget' && set === 'True');
	if (condition) return told(condition.reason, condition.message);
	// Before 1.26, and from kubelets that went down.
	return ['Evicted', 'Preempting', 'NodeLost', 'NodeShutdown', 'Terminated', 'Shutdown'].includes(status?.reason ?? '') ? told(status?.reason, status?.message) : undefined;
}

/** What a pod that does not run yet waits for. */
function waitsFor({ status }: PodSeen): string | undefined {
	const container = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(({ state }) => state?.waiting)?.state?.waiting;
	if (container && container.reason !== 'PodInitializing' && container.reason !== 'ContainerCreating') return told(container.reason, container.message);
	const scheduled = status?.conditions?.find(({ type, status: set }) => type === 'PodScheduled' && set === 'False');
	return scheduled ? told(scheduled.reason, scheduled.message) : container?.reason;
}

/** How a container that is over says that it ended, where that is more than an exit code. */
function endOf({ status }: PodSeen): string | undefined {
	const ended = status?.containerStatuses?.find(({ state }) => state?.terminated)?.state?.terminated;
	return ended && ended.exitCode !== 0 ? told(ended.reason, ended.message) : undefined;
}

/**
 * How a job stands, from its object and its pods. A pod's own word is worth more than the object's, which only counts
 * them: it names what is missing, and who took the node away. Pure.
 */
export function stateOf({ kind, metadata, status }: ObjectSeen, pods: readonly PodSeen[]): JobState {
	const conditions = status?.conditions ?? [];
	const over = conditions.find(({ type, status: set }) => OVER.has(type) && set === 'True');
	const lost = pods.map(disruption).find(Boolean);
	if (over) {
		const preempted = lost ?? (over.reason === 'PodFailurePolicy' ? over.message : undefined);
		if (preempted) return { state: 'gone', detail: told('preempted', preempted) };
		return { state: 'gone', detail: over.type === 'Failed' ? told(over.type, pods.map(endOf).find(Boolean) ?? told(over.reason, over.message)) : over.type };
	}
	// Of several nodes none does anything before all are there.
	if (pods.length > 0 && pods.every((pod) => pod.status?.phase !== 'Pending')) return { state: 'running', ...(lost ? { detail: told('preempted', lost) } : {}) };
	if (metadata?.deletionTimestamp) return { state: 'waiting', detail: 'deleted' };
	const suspended = conditions.find(({ type, status: set }) => type === 'Suspended' && set === 'True');
	// A pod that the cluster refuses (a quota, a policy, a claim that is not there) leaves no trace but an event, which is not ours to read.
	const none = pods.length === 0 && metadata?.name ? told('no pod made yet', `kubectl describe ${(kind ?? 'job').toLowerCase()}/${metadata.name}`) : undefined;
	const reason = suspended ? told(suspended.type, suspended.message) : (none ?? pods.map(waitsFor).find(Boolean));
	return { state: 'waiting', ...(reason ? { detail: reason } : {}) };
}
