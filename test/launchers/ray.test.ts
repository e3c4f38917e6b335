import { createRay } from '../../workers/launchers/outside/ray.ts';
import { outsideLauncherTests } from './outside.ts';
import { startRay } from './ray-cluster.ts';

outsideLauncherTests(async () => {
	const cluster = await startRay();
	return { scheduler: createRay(cluster.address), stop: cluster.stop, silence: cluster.stop };
});
