import { fitsOf } from '#lib/domain/memory/fit.ts';
import type { PlannedMemory } from '#lib/server/usecases/plan-run.ts';

/** What is to be said of the machine's own memory beside its devices: nothing where nothing lies there; `some` where it is not known how much there is. */
export function hostSays({ host, total, devices }: Pick<PlannedMemory, 'host' | 'total' | 'devices'>): 'nothing' | 'some' | 'fits' | 'tight' | 'too_large' {
	if (host === 0) return 'nothing';
	return devices.hostBytes === undefined ? 'some' : fitsOf({ total, host }, devices).host;
}
