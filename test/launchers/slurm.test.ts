import { createSlurm } from '../../workers/launchers/outside/slurm.ts';
import { outsideLauncherTests } from './outside.ts';
import { startSlurm } from './slurm-cluster.ts';

outsideLauncherTests(async () => {
	const cluster = await startSlurm();
	return { scheduler: createSlurm(), ...cluster };
});
