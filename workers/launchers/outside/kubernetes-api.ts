import type { V1Pod } from '@kubernetes/client-node';
import { KINDS } from './kubernetes-objects.ts';
import type { KindName } from './kubernetes-objects.ts';

/** What the API answered: its status, 0 where no answer came; an error's text in `message`. */
export type Answer<T = unknown> = { status: number; body: T; message: string };

/** The few calls that jobs need, of both kinds alike. */
export type KubernetesApi = {
	create(kind: KindName, body: object): Promise<Answer>;
	read(kind: KindName, name: string): Promise<Answer>;
	/** Gone from the API only when its pods are. */
	remove(kind: KindName, name: string): Promise<Answer>;
	list(kind: KindName, labelSelector: string): Promise<Answer<{ items: unknown[] }>>;
	pods(labelSelector: string): Promise<Answer<{ items: V1Pod[] }>>;
};

/** The message in an error's body, which is the API's own Status object when all is well, and a proxy's page when not. */
function messageOf(body: unknown): string {
	let status = body;
	if (typeof body === 'string') {
		try {
			status = JSON.parse(body);
		} catch {
			return body;
		}
	}
	const message = (status as { message?: unknown } | null | undefined)?.message;
	return typeof message === 'string' ? message : '';
}

/**
 * Connects as kubectl does: KUBECONFIG, ~/.kube/config, or the pod's service account. The client is loaded only here,
 * with its 90 MB, by workers that need it.
 * @param callMs after which a call that hangs is given up
 * @throws when there is no usable kubeconfig
 */
export async function connectKubernetes(namespace: string, callMs: number): Promise<KubernetesApi> {
	const { ApiException, CoreV1Api, createConfiguration, CustomObjectsApi, KubeConfig, ServerConfiguration } = await import('@kubernetes/client-node');
	const kubeConfig = new KubeConfig();
	kubeConfig.loadFromDefault();
	const cluster = kubeConfig.getCurrentCluster();
	if (!cluster) throw new Error('the kubeconfig names no current cluster');
	const configuration = createConfiguration({
		baseServer: new ServerConfiguration(cluster.server, {}),
		authMethods: { default: kubeConfig },
		promiseMiddleware: [{ pre: async (context) => (context.setSignal(AbortSignal.timeout(callMs)), context), post: async (context) => context }]
	});
	// A Job is an object of a group as any other: one way for both kinds.
	const objects = new CustomObjectsApi(configuration);
	const core = new CoreV1Api(configuration);

	async function answer<T>(call: Promise<T>): Promise<Answer<T>> {
		try {
			return { status: 200, body: await call, message: '' };
		} catch (error) {
			if (error instanceof ApiException) return { status: error.code, body: error.body as T, message: messageOf(error.body) || (error.message.split('\n')[0] ?? '') };
			const { message, cause } = error as Error;
			return { status: 0, body: undefined as T, message: cause instanceof Error ? `${message}: ${cause.message}` : message };
		}
	}
	const at = (kind: KindName) => ({ group: KINDS[kind].group, version: KINDS[kind].version, plural: KINDS[kind].plural, namespace });
	return {
		create: (kind, body) => answer(objects.createNamespacedCustomObject({ ...at(kind), body })),
		read: (kind, name) => answer(objects.getNamespacedCustomObject({ ...at(kind), name })),
		remove: (kind, name) => answer(objects.deleteNamespacedCustomObject({ ...at(kind), name, propagationPolicy: 'Foreground' })),
		list: (kind, labelSelector) => answer(objects.listNamespacedCustomObject({ ...at(kind), labelSelector }) as Promise<{ items: unknown[] }>),
		pods: (labelSelector) => answer(core.listNamespacedPod({ namespace, labelSelector }))
	};
}
