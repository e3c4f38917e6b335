import { createKubernetes } from '../../workers/launchers/outside/kubernetes.ts';
import { parseKubernetesSettings } from '../../workers/launchers/outside/kubernetes-settings.ts';
import { startKubernetes } from '../support/kubernetes-server.ts';
import { outsideLauncherTests } from './outside.ts';

// No cluster is at hand: the official client and the watcher are real, the API is a server of ours that runs pods as processes.
outsideLauncherTests(async () => {
	const cluster = await startKubernetes();
	return { scheduler: createKubernetes(parseKubernetesSettings(JSON.stringify({ namespace: 'alignment', image: 'none', volumes: [{ claim: 'plumbline', path: '/' }] }))), stop: cluster.stop, silence: cluster.stop };
});
