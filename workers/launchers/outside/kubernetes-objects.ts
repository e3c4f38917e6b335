import { createHash } from 'node:crypto';
import type { V1Job, V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { KubernetesSettings } from './kubernetes-settings.ts';
import type { SchedulerJob } from './scheduler.ts';

/** The two kinds of object that hold a run, and where the API has them. */
export const KINDS = {
	job: { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' },
	pytorchjob: { group: 'kubeflow.org', version: 'v1', plural: 'pytorchjobs', kind: 'PyTorchJob' }
} as const;
export type KindName = keyof typeof KINDS;

/** Kubeflow's object for several nodes; the official client has no type for it. */
export type PyTorchJob = {
	apiVersion: 'kubeflow.org/v1';
	kind: 'PyTorchJob';
	metadata: V1ObjectMeta;
	spec: {
		runPolicy: { backoffLimit: number; cleanPodPolicy: 'Running'; ttlSecondsAfterFinished: number };
		pytorchReplicaSpecs: Record<'Master' | 'Worker', { replicas: number; restartPolicy: 'Never'; template: V1PodTemplateSpec }>;
	};
};

/** All objects of ours carry it. */
export const OURS = 'app.kubernetes.io/managed-by=plumbline';
/** On an object, the job's whole name; labels are too short for it. */
export const NAME = 'plumbline-name';
/** On an object and its pods, the object's name. */
export const JOB = 'plumbline-job';

/** How long what is over can be looked at in the cluster. */
const KEPT_SECONDS = 86_400;
/** Between the watcher's kill and the kubelet's: it still writes how the engine ended. */
const WRITE_SECONDS = 10;

/** An object's name for a job's: as long as labels, host names and the suffixes of several pods allow, and the same every time, so that a job cannot be handed over twice. */
export function objectName(job: string): string {
	return `plumbline-${createHash('sha256').update(job).digest('hex').slice(0, 32)}`;
}

/** Whose it is: the run, and the number of its attempt, which is its fencing number. */
function owner(attempt: string): Record<string, string> {
	const at = attempt.lastIndexOf('.');
	return at < 0 ? { 'plumbline-run': attempt } : { 'plumbline-run': attempt.slice(0, at), 'plumbline-attempt': attempt.slice(at + 1) };
}

function template(job: SchedulerJob, settings: KubernetesSettings, labels: Record<string, string>, user: { uid: number; gid: number } | undefined): V1PodTemplateSpec {
	const { resources } = job;
	const memory: Record<string, string> = settings.memory ? { memory: settings.memory } : {};
	const devices = resources.gpusPerNode > 0 ? { [settings.gpuResource]: String(resources.gpusPerNode) } : {};
	const claims = [...new Set(settings.volumes.map(({ claim }) => claim))];
	return {
		metadata: { labels },
		spec: {
			restartPolicy: 'Never',
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			terminationGracePeriodSeconds: job.graceSeconds + WRITE_SECONDS,
			...(settings.serviceAccount ? { serviceAccountName: settings.serviceAccount } : {}),
			...(settings.priorityClass ? { priorityClassName: settings.priorityClass } : {}),
			...(settings.imagePullSecrets.length > 0 ? { imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })) } : {}),
			...(Object.keys(settings.nodeSelector).length > 0 ? { nodeSelector: settings.nodeSelector } : {}),
			...(settings.tolerations.length > 0 ? { tolerations: settings.tolerations } : {}),
			...(user ? { securityContext: { ...(user.uid > 0 ? { runAsNonRoot: true } : {}), runAsUser: user.uid, runAsGroup: user.gid } } : {}),
			containers: [
				{
					// Kubeflow looks for this name, and for that of the port: where the nodes of one job meet.
					name: 'pytorch',
					image: settings.image,
					command: job.argv,
					workingDir: job.dir,
					// A user that the image does not know has no home; the engine's own variables lie in the attempt's folder.
					env: [{ name: 'HOME', value: '/tmp' }],
					...(resources.nodes > 1 ? { ports: [{ name: 'pytorchjob-port', containerPort: job.masterPort }] } : {}),
					resources: { requests: { cpu: String(resources.cpusPerNode), ...memory, ...devices }, limits: { ...memory, ...devices } },
					// With the pod's user, what a namespace of the standard “restricted” asks for.
					securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
					volumeMounts: [
						...settings.volumes.map(({ claim, path, subPath, readOnly }) => ({ name: `volume-${claims.indexOf(claim)}`, mountPath: path, ...(subPath ? { subPath } : {}), ...(readOnly ? { readOnly } : {}) })),
						{ name: 'shared-memory', mountPath: '/dev/shm' }
					]
				}
			],
			volumes: [
				...claims.map((claimName, index) => ({ name: `volume-${index}`, persistentVolumeClaim: { claimName } })),
				{ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: settings.sharedMemory } }
			]
		}
	};
}

/**
 * The object that runs a job: a Job on one node, Kubeflow's PyTorchJob on several. Nothing of it is started a second
 * time by the cluster: a run that loses its node is put back in line by us, as a new attempt. It holds no secret.
 * @param user who the pods are where the settings do not say: the worker's own ids
 */
export function kubernetesObject(job: SchedulerJob, settings: KubernetesSettings, user?: { uid: number; gid: number }): { kind: KindName; name: string; body: V1Job | PyTorchJob } {
	const name = objectName(job.name);
	const labels = { ...settings.labels, 'app.kubernetes.io/managed-by': 'plumbline', ...owner(job.attempt), [JOB]: name };
	const metadata: V1ObjectMeta = { name, namespace: settings.namespace, labels, annotations: { [NAME]: job.name } };
	const pod = template(job, settings, labels, settings.user ?? user);
	if (job.resources.nodes === 1) {
		return {
			kind: 'job',
			name,
			body: {
				apiVersion: 'batch/v1',
				kind: 'Job',
				metadata,
				spec: {
					backoffLimit: 0,
					ttlSecondsAfterFinished: KEPT_SECONDS,
					// Says of a pod that was evicted or preempted that it was, after the pod itself is gone.
					podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
					template: pod
				}
			}
		};
	}
	const replicas = (count: number) => ({ replicas: count, restartPolicy: 'Never' as const, template: pod });
	return {
		kind: 'pytorchjob',
		name,
		body: {
			apiVersion: 'kubeflow.org/v1',
			kind: 'PyTorchJob',
			metadata,
			spec: {
				runPolicy: { backoffLimit: 0, cleanPodPolicy: 'Running', ttlSecondsAfterFinished: KEPT_SECONDS },
				pytorchReplicaSpecs: { Master: replicas(1), Worker: replicas(job.resources.nodes - 1) }
			}
		}
	};
}
