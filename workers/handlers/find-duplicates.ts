import { duplicatesAreWanted, findNextDuplicates, tellSearchMissing } from '#lib/server/usecases/find-duplicates.ts';
import { NotInstalled } from '../engine/small-environment.ts';
import { onDemand } from '../process/on-demand.ts';
import { provisionSimilarity } from '../similarity/environment.ts';
import { startSketcher } from '../similarity/sketcher.ts';
import type { WorkerContext } from './context.ts';

/** Nobody asked for so long: it is ended. */
const IDLE_MS = 60_000;
/** However often it failed, it is tried again after so long. */
const AGAIN_MS = 300_000;

/** Finds near-duplicates in projects that wait for it. What it needs is installed and started when the first one does. */
export function duplicateFinder({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>) {
	const sketcher = onDemand({
		idleMs: IDLE_MS,
		againMs: AGAIN_MS,
		start: async () => {
			const place = await provisionSimilarity({ signal: shutdown });
			if (!place.ok) throw new NotInstalled(place.problem);
			return startSketcher(place.value.python);
		},
		missing: async (error) => {
			if (shutdown.aborted) return;
			const said = error instanceof NotInstalled;
			if (!said) app.log.error({ err: error }, 'what finds near-duplicates does not start');
			await tellSearchMissing(app, said ? error.message : 'What finds near-duplicates does not start on this worker; its log says why.');
		}
	});
	return {
		/** Looks through everything that waits. */
		run: async (): Promise<void> => {
			if (shutdown.aborted || !(await duplicatesAreWanted(app))) return;
			const running = await sketcher.get();
			while (running && (await findNextDuplicates(app, running, shutdown)));
			sketcher.rest();
		},
		stop: () => sketcher.stop()
	};
}
