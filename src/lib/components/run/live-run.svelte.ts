import { isTerminal } from '#lib/domain/run-state.ts';
import type { RunStatus } from '#lib/domain/run-state.ts';
import type { RunView } from '#lib/server/usecases/read-run.ts';
import { mergeSteps } from './series.ts';
import type { Step } from './series.ts';

export type LiveEvent = { id: number; attempt: number; kind: string; data: Record<string, unknown>; createdAt: string };
/** Whether the page hears of changes. `ended`: there is nothing more to hear. `refused`: the server does not let us listen. */
export type Hearing = 'connecting' | 'live' | 'lost' | 'refused' | 'ended';

/** Lines of a log that a page keeps; the rest stays on the server. */
const MAX_LINES = 2000;
/** After its end a run's last lines and events may still be on the way. */
const LINGER_MS = 4000;
/** A refused stream is asked for again at these distances: a proxy may have been restarted. */
const RETRY_MS = [2000, 5000, 15_000];

export type LiveRun = {
	readonly run: RunView;
	readonly steps: Step[];
	readonly log: string[];
	readonly events: LiveEvent[];
	readonly hearing: Hearing;
	/** Shows at once what the server answered to a request. */
	answered: (status: RunStatus, desired: RunView['desiredState']) => void;
	/** Begins to listen; gives what ends it. `changed` is called when something outside the stream has changed. */
	listen: (changed: () => void) => () => void;
};

/** A run that redraws itself: what the server rendered, then its stream of events. */
export function liveRun(initial: { run: RunView; steps: Step[]; log: string[]; events: LiveEvent[] }): LiveRun {
	let run = $state.raw(initial.run);
	let steps = $state.raw(initial.steps);
	let log = $state.raw(initial.log.slice(-MAX_LINES));
	let events = $state.raw(initial.events);
	let hearing = $state<Hearing>(isTerminal(initial.run.status) ? 'ended' : 'connecting');

	function listen(changed: () => void): () => void {
		if (isTerminal(run.status)) return () => undefined;
		let source: EventSource | null = null;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let tries = 0;
		// Every connection sends the tail of the log and all steps again.
		let freshLog = true;

		const end = (as: Hearing) => {
			clearTimeout(timer);
			source?.close();
			source = null;
			hearing = as;
		};
		const open = () => {
			const stream = new EventSource(`/api/v1/runs/${encodeURIComponent(run.id)}/events`);
			source = stream;
			const on = <T>(name: string, take: (data: T) => void) => stream.addEventListener(name, (message: MessageEvent<string>) => take(JSON.parse(message.data) as T));
			stream.onopen = () => {
				hearing = 'live';
				tries = 0;
				freshLog = true;
			};
			stream.onerror = () => {
				if (source !== stream) return;
				hearing = 'lost';
				if (stream.readyState !== EventSource.CLOSED) return;
				// A browser gives up after an answer that is no stream.
				const wait = RETRY_MS[tries++];
				if (wait === undefined) end('refused');
				else timer = setTimeout(open, wait);
			};
			on<RunView>('run', (next) => {
				const over = isTerminal(next.status);
				const turned = next.status !== run.status || next.attempt !== run.attempt;
				// What was just asked for here must not flicker back to an answer that was already on the way.
				if (!(run.status === 'stopping' && next.status === 'running' && next.desiredState === 'run')) run = next;
				if (turned) changed();
				if (over) timer = setTimeout(() => end('ended'), LINGER_MS);
			});
			on<Step[]>('metrics', (fresh) => (steps = mergeSteps(steps, fresh)));
			on<string[]>('log', (lines) => {
				log = (freshLog ? lines : [...log, ...lines]).slice(-MAX_LINES);
				freshLog = false;
			});
			on<LiveEvent>('event', (event) => {
				if (!events.some(({ id }) => id === event.id)) events = [...events, event];
			});
		};
		open();
		return () => end(hearing === 'ended' ? 'ended' : 'connecting');
	}

	return {
		get run() {
			return run;
		},
		get steps() {
			return steps;
		},
		get log() {
			return log;
		},
		get events() {
			return events;
		},
		get hearing() {
			return hearing;
		},
		answered: (status, desired) => (run = { ...run, status, desiredState: desired }),
		listen
	};
}
