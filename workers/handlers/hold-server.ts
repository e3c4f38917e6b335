import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { renewModelServer } from '#lib/server/usecases/hold-model-server.ts';
import type { ServerAtHand } from '#lib/server/usecases/hold-model-server.ts';
import type { WorkerContext } from './context.ts';

/** An attempt's hold on its server. */
export type ServerHold = {
	/** Aborted when the server shall stop: people want that, another attempt has it, or the worker goes down. */
	stop: AbortSignal;
	/** Another attempt has it: nothing of this one may be written any more. */
	fenced: boolean;
	end: () => void;
};

/** How often it is looked what people want of a server: they wait for it. */
const LOOK_MS = 2000;

/**
 * Renews an attempt's hold and hears what people want. While the database is out of reach the server answers on, as the
 * gateway does; who took it meanwhile is seen with the first word from there.
 */
export function holdServer({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>, at: ServerAtHand): ServerHold {
	const stop = new AbortController();
	const hold: ServerHold = { stop: AbortSignal.any([stop.signal, shutdown]), fenced: false, end: () => clearInterval(timer) };
	let beating = false;
	const beat = async () => {
		if (beating) return;
		beating = true;
		try {
			const wish = await renewModelServer(app, at);
			hold.fenced ||= wish === null;
			if (wish !== 'run') stop.abort();
		} catch (error) {
			app.log.warn({ err: error, serverId: at.server.id }, 'hold of a model server not renewed');
		} finally {
			beating = false;
		}
	};
	const timer = setInterval(() => void beat(), Math.min(LOOK_MS, RUN_INTERVALS.heartbeatSeconds * 1000));
	return hold;
}
