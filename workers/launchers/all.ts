import type { LauncherName } from '#lib/domain/launcher.ts';
import type { Launcher } from './launcher.ts';
import { createKubernetes } from './outside/kubernetes.ts';
import type { KubernetesSettings } from './outside/kubernetes-settings.ts';
import { createOutsideLauncher } from './outside/outside.ts';
import { createRay } from './outside/ray.ts';
import type { Scheduler } from './outside/scheduler.ts';
import { createSlurm } from './outside/slurm.ts';

/** What the launchers of a worker are made of. */
export type LauncherSettings = { launchers: readonly LauncherName[]; slurmOptions: readonly string[]; rayAddress: string | undefined; kubernetes: KubernetesSettings | null };

/**
 * The launchers that a worker was set up with.
 * @param scope the installation's key
 * @param local the launcher of this host, which has already cleared what a dead worker left
 * @param python runs watcher and engine on the hosts of an outside scheduler
 */
export function createLaunchers(settings: LauncherSettings, { scope, python, local }: { scope: string; python: string; local: Launcher }): Map<LauncherName, Launcher> {
	const outside = (scheduler: Scheduler) => createOutsideLauncher(scheduler, { python, scope });
	const make: Record<LauncherName, () => Launcher> = {
		local: () => local,
		slurm: () => outside(createSlurm(settings.slurmOptions)),
		ray: () => outside(createRay(settings.rayAddress ?? '')),
		kubernetes: () => {
			if (!settings.kubernetes) throw new Error('kubernetes without its settings');
			return outside(createKubernetes(settings.kubernetes));
		}
	};
	return new Map(settings.launchers.map((name) => [name, make[name]()]));
}
