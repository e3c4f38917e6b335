import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { kubernetesObject, objectName } from './kubernetes-objects.ts';
import { parseKubernetesSettings } from './kubernetes-settings.ts';
import type { SchedulerJob } from './scheduler.ts';

const schemas = JSON.parse(readFileSync(new URL('../../../test/golden/kubernetes-schemas.json', import.meta.url), 'utf8')) as { $defs: object } & Record<'Job' | 'PyTorchJob', { $ref: string }>;
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const errorsOf = (kind: 'Job' | 'PyTorchJob', object: unknown) => {
	const validate = ajv.compile({ ...schemas[kind], $defs: schemas.$defs });
	// As it is sent.
	return validate(JSON.parse(JSON.stringify(object))) ? [] : validate.errors?.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
};

const run = '0193b7c2-1f7e-7a3e-9d4b-0a1b2c3d4e5f';
const job: SchedulerJob = {
	name: `plumbline-0123456789abcdef-${run}.12`, attempt: `${run}.12`, dir: '/data/runs/1', argv: ['/cache/engine/bin/python', '/app/watch.py', '/data/runs/1'],
	resources: { nodes: 1, gpusPerNode: 2, cpusPerNode: 8 }, masterPort: 23_456, graceSeconds: 10
};
const least = parseKubernetesSettings(JSON.stringify({ namespace: 'alignment', image: 'registry.firm.example/plumbline:1', volumes: [{ claim: 'plumbline', path: '/plumbline' }] }));
const most = parseKubernetesSettings(JSON.stringify({
	namespace: 'alignment', image: 'registry.firm.example/plumbline:1', imagePullSecrets: ['registry'], nodeSelector: { 'accelerator': 'ascend' }, tolerations: [{ key: 'npu', operator: 'Exists', effect: 'NoSchedule' }],
	volumes: [{ claim: 'plumbline', path: '/plumbline' }, { claim: 'models', path: '/models', readOnly: true }, { claim: 'plumbline', path: '/cache', subPath: 'cache' }],
	gpuResource: 'huawei.com/Ascend910', memory: '64Gi', sharedMemory: '16Gi', user: { uid: 1001, gid: 1001 }, serviceAccount: 'trainer', priorityClass: 'batch', labels: { 'kueue.x-k8s.io/queue-name': 'gpus' }
}));
const several = { ...job, resources: { ...job.resources, nodes: 3 } };

describe('what the cluster is given', () => {
	it('is what the API’s own schemas take, on one node and on several, with the least settings and with all', () => {
		for (const settings of [least, most]) {
			expect(errorsOf('Job', kubernetesObject(job, settings, { uid: 1, gid: 1 }).body)).toEqual([]);
			expect(errorsOf('PyTorchJob', kubernetesObject(several, settings).body)).toEqual([]);
		}
	});

	it('would be refused by those schemas with a field misspelt, missing or of another kind', () => {
		const { body } = kubernetesObject(job, most);
		const broken = structuredClone(body) as { spec: { backOffLimit?: number; template: { spec: { containers: { name?: string; command: unknown }[] } } } };
		broken.spec.backOffLimit = 0;
		const [container] = broken.spec.template.spec.containers;
		delete container?.name;
		if (container) container.command = 'one string';
		expect(errorsOf('Job', broken)).toHaveLength(3);
		expect(errorsOf('PyTorchJob', { ...kubernetesObject(several, most).body, spec: { runPolicy: {} } })).toEqual([expect.stringContaining('pytorchReplicaSpecs')]);
	});

	it('is never started again by the cluster, and says whose it is', () => {
		const { kind, name, body } = kubernetesObject(job, most, { uid: 5, gid: 5 });
		expect([kind, name]).toEqual(['job', objectName(job.name)]);
		expect(name.length + '-worker-999'.length).toBeLessThanOrEqual(63);
		expect(body).toMatchObject({
			metadata: { annotations: { 'plumbline-name': job.name }, labels: { 'app.kubernetes.io/managed-by': 'plumbline', 'plumbline-run': run, 'plumbline-attempt': '12', 'plumbline-job': name, 'kueue.x-k8s.io/queue-name': 'gpus' } },
			spec: { backoffLimit: 0, template: { metadata: { labels: { 'plumbline-job': name } }, spec: { restartPolicy: 'Never', automountServiceAccountToken: false, securityContext: { runAsUser: 1001 }, terminationGracePeriodSeconds: 20 } } }
		});
		expect(kubernetesObject(several, least, { uid: 5, gid: 6 }).body).toMatchObject({
			spec: { runPolicy: { backoffLimit: 0 }, pytorchReplicaSpecs: { Master: { replicas: 1, restartPolicy: 'Never', template: { spec: { securityContext: { runAsUser: 5, runAsGroup: 6 } } } }, Worker: { replicas: 2, restartPolicy: 'Never' } } }
		});
	});

	it('asks for no more rights than a namespace of the standard “restricted” allows, as far as its user allows', () => {
		const pod = (uid: number) => (kubernetesObject(job, least, { uid, gid: uid }).body as { spec: { template: { spec: { securityContext: object; containers: { securityContext: object }[] } } } }).spec.template.spec;
		expect(pod(5).securityContext).toEqual({ runAsNonRoot: true, runAsUser: 5, runAsGroup: 5 });
		expect(pod(0).securityContext).toEqual({ runAsUser: 0, runAsGroup: 0 });
		expect(pod(5).containers[0]?.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } });
	});

	it('asks for the devices by the name that the operator gave, and shares folders under the same paths', () => {
		const [container] = (kubernetesObject(job, most).body as { spec: { template: { spec: { containers: { resources: object; volumeMounts: object[]; command: string[] }[] } } } }).spec.template.spec.containers;
		expect(container?.resources).toEqual({ requests: { cpu: '8', memory: '64Gi', 'huawei.com/Ascend910': '2' }, limits: { memory: '64Gi', 'huawei.com/Ascend910': '2' } });
		expect(container?.command).toEqual(job.argv);
		expect(container?.volumeMounts).toEqual([
			{ name: 'volume-0', mountPath: '/plumbline' }, { name: 'volume-1', mountPath: '/models', readOnly: true }, { name: 'volume-0', mountPath: '/cache', subPath: 'cache' }, { name: 'shared-memory', mountPath: '/dev/shm' }
		]);
		expect(JSON.stringify(kubernetesObject({ ...job, resources: { ...job.resources, gpusPerNode: 0 } }, least).body)).not.toContain('nvidia');
	});

	it('holds nothing of the worker’s environment', () => {
		process.env.PLUMBLINE_TEST_SECRET = 'must-not-travel';
		expect(JSON.stringify(kubernetesObject(several, most).body)).not.toContain('must-not-travel');
		delete process.env.PLUMBLINE_TEST_SECRET;
	});
});

describe('the operator’s settings', () => {
	it('are refused by name when they are wrong, unknown or missing', () => {
		expect(() => parseKubernetesSettings('{')).toThrow(/no JSON/);
		expect(() => parseKubernetesSettings('{"namespace":"A b","image":"i","volumes":[],"gpus":1}')).toThrow(/namespace: a name as Kubernetes.*volumes: at least one.*gpus/s);
		expect(() => parseKubernetesSettings(JSON.stringify({ ...least, gpuResource: 'gpu' }))).toThrow(/gpuResource: a resource such as nvidia.com\/gpu/);
	});
});
