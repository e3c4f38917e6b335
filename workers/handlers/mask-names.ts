import type { NamesDetectorState } from '#lib/domain/worker-capabilities.ts';
import { maskNextImport, namesAreWanted, tellNamesMissing } from '#lib/server/usecases/mask-names.ts';
import { NotInstalled } from '../engine/small-environment.ts';
import { provisionNames } from '../names/environment.ts';
import { startNames } from '../names/finder.ts';
import { onDemand } from '../process/on-demand.ts';
import type { WorkerContext } from './context.ts';

/** A detector that nobody asked for so long is ended: it holds 150 MB. */
const IDLE_MS = 60_000;
/** However often it failed, it is tried again after so long. */
const AGAIN_MS = 300_000;

/** Looks for names in imports that wait for it. The detector is installed and started when the first one does. */
export function nameMasker({ app, shutdown, announce }: Pick<WorkerContext, 'app' | 'shutdown'> & { announce: (state: NamesDetectorState) => void }) {
	const detector = onDemand({
		idleMs: IDLE_MS,
		againMs: AGAIN_MS,
		start: async () => {
			const place = await provisionNames({ signal: shutdown });
			if (!place.ok) throw new NotInstalled(place.problem);
			const started = await startNames(place.value.python);
			announce({ state: 'ready', presidio: started.presidio });
			return started;
		},
		missing: async (error) => {
			if (shutdown.aborted) return;
			const said = error instanceof NotInstalled;
			if (!said) app.log.error({ err: error }, 'the detector of names does not start');
			const message = said ? error.message : 'The detector of names does not start on this worker; its log says why.';
			announce({ state: 'failed', message });
			await tellNamesMissing(app, message);
		}
	});
	return {
		/** Looks through everything that waits. */
		run: async (): Promise<void> => {
			if (shutdown.aborted || !(await namesAreWanted(app))) return;
			const running = await detector.get();
			while (running && (await maskNextImport(app, running.find, shutdown)));
			detector.rest();
		},
		stop: () => detector.stop()
	};
}
