import type { NamesDetectorState } from '#lib/domain/worker-capabilities.ts';
import { maskNextImport, namesAreWanted, tellNamesMissing } from '#lib/server/usecases/mask-names.ts';
import { provisionNames } from '../names/environment.ts';
import { startNames } from '../names/finder.ts';
import type { Names } from '../names/finder.ts';
import type { WorkerContext } from './context.ts';

/** A detector that nobody asked for so long is ended: it holds 150 MB. */
const IDLE_MS = 60_000;
/** After a failure it is tried again so much later. */
const AGAIN_MS = 300_000;

/** Looks for names in imports that wait for it. The detector is installed and started when the first one does. */
export function nameMasker({ app, shutdown, announce }: Pick<WorkerContext, 'app' | 'shutdown'> & { announce: (state: NamesDetectorState) => void }) {
	let names: Names | null = null;
	let idle: NodeJS.Timeout | undefined;
	let notBefore = 0;

	/** The detector, running. Null: it cannot be had on this host, and everybody was told why. */
	async function detector(): Promise<Names | null> {
		if (names) return names;
		try {
			const place = await provisionNames({ signal: shutdown });
			if (!place.ok) return await missing(`${place.problem.message} ${place.problem.hint}`);
			const started = await startNames(place.value.python);
			names = started;
			void started.ended.then(() => {
				if (names === started) names = null;
			});
			announce({ state: 'ready', presidio: started.presidio });
			return started;
		} catch (error) {
			if (shutdown.aborted) return null;
			app.log.error({ err: error }, 'the detector of names does not start');
			return missing('The detector of names does not start on this worker; its log says why.');
		}
	}

	async function missing(message: string): Promise<null> {
		notBefore = Date.now() + AGAIN_MS;
		announce({ state: 'failed', message });
		await tellNamesMissing(app, message);
		return null;
	}

	return {
		/** Looks through everything that waits. */
		run: async (): Promise<void> => {
			if (shutdown.aborted || Date.now() < notBefore || !(await namesAreWanted(app))) return;
			clearTimeout(idle);
			const running = await detector();
			while (running && (await maskNextImport(app, running.find, shutdown)));
			idle = setTimeout(() => names?.stop(), IDLE_MS).unref();
		},
		stop: () => {
			clearTimeout(idle);
			names?.stop();
		}
	};
}
