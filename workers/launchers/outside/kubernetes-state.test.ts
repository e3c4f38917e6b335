import { describe, expect, it } from 'vitest';
import { stateOf } from './kubernetes-state.ts';
import type { ObjectSeen, PodSeen } from './kubernetes-state.ts';

const is = (type: string, more: object = {}): ObjectSeen => ({ status: { conditions: [{ type: 'Created', status: 'True' }, { type, status: 'True', ...more }] } });
const pod = (status: PodSeen['status']): PodSeen => ({ status });
const waitingFor = (reason: string, message?: string) => pod({ phase: 'Pending', containerStatuses: [{ name: 'pytorch', image: '', imageID: '', ready: false, restartCount: 0, state: { waiting: { reason, ...(message ? { message } : {}) } } }] });

describe('how a job stands', () => {
	it('waits, with what it waits for', () => {
		expect(stateOf({}, [])).toEqual({ state: 'waiting' });
		expect(stateOf({}, [pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.' }] })])).toEqual({
			state: 'waiting', detail: 'Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.'
		});
		expect(stateOf({}, [waitingFor('ImagePullBackOff', 'Back-off pulling image "x"')])).toEqual({ state: 'waiting', detail: 'ImagePullBackOff: Back-off pulling image "x"' });
		expect(stateOf({}, [waitingFor('ContainerCreating')])).toEqual({ state: 'waiting', detail: 'ContainerCreating' });
		expect(stateOf(is('Suspended', { message: 'Job suspended' }), [])).toEqual({ state: 'waiting', detail: 'Suspended: Job suspended' });
	});

	it('waits for a pod that the cluster does not make, with what would tell why', () => {
		expect(stateOf({ kind: 'Job', metadata: { name: 'plumbline-1' } }, [])).toEqual({ state: 'waiting', detail: 'no pod made yet: kubectl describe job/plumbline-1' });
		expect(stateOf({ kind: 'PyTorchJob', metadata: { name: 'plumbline-1' } }, [])).toMatchObject({ detail: 'no pod made yet: kubectl describe pytorchjob/plumbline-1' });
		expect(stateOf({ kind: 'Job', metadata: { name: 'plumbline-1' } }, [pod({ phase: 'Pending' })])).toEqual({ state: 'waiting' });
	});

	it('runs once all of its pods do', () => {
		expect(stateOf({}, [pod({ phase: 'Running' })])).toEqual({ state: 'running' });
		expect(stateOf(is('Running'), [pod({ phase: 'Running' }), waitingFor('ContainerCreating')])).toMatchObject({ state: 'waiting' });
	});

	it('is over as Job and as PyTorchJob, and says how', () => {
		expect(stateOf(is('Complete'), [])).toEqual({ state: 'gone', detail: 'Complete' });
		expect(stateOf(is('Succeeded'), [pod({ phase: 'Succeeded' })])).toEqual({ state: 'gone', detail: 'Succeeded' });
		expect(stateOf(is('Failed', { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }), [])).toEqual({ state: 'gone', detail: 'Failed: BackoffLimitExceeded: Job has reached the specified backoff limit' });
		const killed = pod({ phase: 'Failed', containerStatuses: [{ name: 'pytorch', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }] });
		expect(stateOf(is('Failed', { reason: 'BackoffLimitExceeded' }), [killed])).toEqual({ state: 'gone', detail: 'Failed: OOMKilled' });
		// Being about to fail, or no longer failed, is not over.
		expect(stateOf(is('FailureTarget'), [pod({ phase: 'Running' })])).toEqual({ state: 'running' });
		expect(stateOf(is('Failed', { status: 'False' }), [])).toEqual({ state: 'waiting' });
	});

	it('was preempted when its pod says so, or the Job once the pod is gone', () => {
		const preempted = pod({ phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'a more important pod' }] });
		expect(stateOf(is('Failed', { reason: 'BackoffLimitExceeded' }), [preempted])).toEqual({ state: 'gone', detail: 'preempted: PreemptionByScheduler: a more important pod' });
		expect(stateOf({}, [preempted])).toEqual({ state: 'running', detail: 'preempted: PreemptionByScheduler: a more important pod' });
		expect(stateOf(is('Failed'), [pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })])).toEqual({ state: 'gone', detail: 'preempted: Evicted: The node was low on resource: memory.' });
		expect(stateOf(is('Failed', { reason: 'PodFailurePolicy', message: 'Pod a/b has condition DisruptionTarget matching FailJob rule at index 0' }), [])).toEqual({
			state: 'gone', detail: 'preempted: Pod a/b has condition DisruptionTarget matching FailJob rule at index 0'
		});
	});
});
