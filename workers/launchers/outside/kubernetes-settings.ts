import { readFile } from 'node:fs/promises';
import * as v from 'valibot';

const name = v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name as Kubernetes has them: small letters, digits, “-” and “.”'));
const quantity = v.pipe(v.string(), v.regex(/^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/, 'an amount as Kubernetes has them, such as 64Gi'));
const label = v.record(v.pipe(v.string(), v.regex(/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'a label’s key, such as topology.kubernetes.io/zone')), v.pipe(v.string(), v.regex(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, 'a label’s value: at most 63 letters, digits, “-”, “_” and “.”')));
const id = v.pipe(v.number(), v.integer(), v.minValue(0));

const Settings = v.strictObject({
	namespace: name,
	/** Has the Python that the engine's environment was made with, under the same path: the worker's own image is the plainest. */
	image: v.pipe(v.string(), v.minLength(1), v.regex(/^\S+$/, 'an image, such as registry.firm.example/plumbline:1')),
	imagePullSecrets: v.optional(v.array(name), []),
	/** Persistent volume claims with the worker's data and cache folders and this checkout, mounted where the worker has them. */
	volumes: v.pipe(v.array(v.strictObject({ claim: name, path: v.pipe(v.string(), v.startsWith('/', 'an absolute folder')), subPath: v.optional(v.string()), readOnly: v.optional(v.boolean(), false) })), v.minLength(1, 'at least one: worker and job share the attempt’s folder')),
	nodeSelector: v.optional(label, {}),
	tolerations: v.optional(v.array(v.strictObject({ key: v.optional(v.string()), operator: v.optional(v.picklist(['Exists', 'Equal'])), value: v.optional(v.string()), effect: v.optional(v.picklist(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])) })), []),
	/** What a node calls its devices: `nvidia.com/gpu`, or `huawei.com/Ascend910` for NPUs. */
	gpuResource: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9.-]+\/[A-Za-z0-9][\w.-]*$/, 'a resource such as nvidia.com/gpu')), 'nvidia.com/gpu'),
	/** Memory of each pod, asked for and not exceeded; left out, the namespace's own limits hold. */
	memory: v.optional(quantity),
	/** Size of /dev/shm: Kubernetes gives 64 MB, too little for NCCL and the engine's data loaders. It counts as memory once used. */
	sharedMemory: v.optional(quantity, '8Gi'),
	/** Who the pods are; the worker's own ids when left out, since both write into the attempt's folder. */
	user: v.optional(v.strictObject({ uid: id, gid: id })),
	serviceAccount: v.optional(name),
	priorityClass: v.optional(name),
	/** Further labels of every job, such as Kueue's `kueue.x-k8s.io/queue-name`. */
	labels: v.optional(label, {})
});

/** How jobs look in the operator's cluster. No credential is among it: those are the kubeconfig's or the service account's. */
export type KubernetesSettings = v.InferOutput<typeof Settings>;

/**
 * Settings of a cluster, as JSON.
 * @throws Error naming each field that is wrong and what would be right: a worker must not start half configured
 */
export function parseKubernetesSettings(text: string): KubernetesSettings {
	let given: unknown;
	try {
		given = JSON.parse(text);
	} catch (error) {
		throw new Error(`Wrong settings. PLUMBLINE_KUBERNETES: the file is no JSON (${(error as Error).message})`, { cause: error });
	}
	const parsed = v.safeParse(Settings, given);
	if (parsed.success) return parsed.output;
	throw new Error(`Wrong settings. PLUMBLINE_KUBERNETES: ${parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`).join('; ')}`);
}

/** Settings of a cluster, from the file that `PLUMBLINE_KUBERNETES` names. */
export async function readKubernetesSettings(path: string): Promise<KubernetesSettings> {
	const text = await readFile(path, 'utf8').catch((error: unknown) => {
		throw new Error(`Wrong settings. PLUMBLINE_KUBERNETES: the file cannot be read (${(error as Error).message})`, { cause: error });
	});
	return parseKubernetesSettings(text);
}
