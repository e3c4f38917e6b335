import type { Server } from '../db/deployments.ts';

/** A server with an address: one of ours has none while it starts. */
export type ServerThere = Server & { baseUrl: string };

/** Whether a server can be called. */
export const isThere = (server: Server): server is ServerThere => server.baseUrl !== null;

/** What a gateway knows of a server besides the record. */
type State = { load: number; failures: number; downUntil: number; /** It took a request and said nothing: asked again only after a look at its health. */ silent: boolean };

/** After so many milliseconds a server that failed is first choice again, the more often it failed in a row the later. */
const BACK_OFF_MS = [500, 1000, 2000, 5000, 10_000];

/** What shall answer: a checkpoint, in the form of an export whose weights are others, or as it was trained (null). */
export type Wanted = { checkpointId: string; formId: string | null };

export type Pool = ReturnType<typeof createPool>;

/** Which servers to ask, by what they have under way here and how they did last. `now`: milliseconds of a clock that only goes on. */
export function createPool(now: () => number = () => performance.now()) {
	const states = new Map<string, State>();
	const stateOf = (id: string): State => {
		const known = states.get(id) ?? { load: 0, failures: 0, downUntil: 0, silent: false };
		states.set(id, known);
		return known;
	};
	return {
		/** Servers of a checkpoint in this form, in the order in which they are to be tried: those that are well by how busy they are, then those that failed lately, since one may have come back. One that is about to start again is none of them. `full`: some have no place left; `any`: the checkpoint is served at all. */
		choose(servers: readonly Server[], { checkpointId, formId }: Wanted): { order: ServerThere[]; full: boolean; any: boolean } {
			const all = servers.filter((server) => server.checkpointId === checkpointId && server.formId === formId && !server.draining);
			const there = all.filter(isThere);
			const free = there.filter((server) => stateOf(server.id).load < server.concurrency);
			const well = (server: Server) => server.health !== 'down' && stateOf(server.id).downUntil <= now();
			const byLoad = (a: Server, b: Server) => stateOf(a.id).load / a.concurrency - stateOf(b.id).load / b.concurrency;
			const order = [...free.filter(well).sort(byLoad), ...free.filter((server) => !well(server) && !stateOf(server.id).silent).sort(byLoad)];
			return { order, full: free.length < there.length, any: all.length > 0 };
		},
		/** A request is under way there until what it gives is called; twice is once. */
		take(id: string): () => void {
			stateOf(id).load += 1;
			let left = false;
			return () => {
				if (!left) stateOf(id).load -= 1;
				left = true;
			};
		},
		succeeded(id: string): void {
			Object.assign(stateOf(id), { failures: 0, downUntil: 0, silent: false });
		},
		failed(id: string, silent = false): void {
			const state = stateOf(id);
			state.downUntil = now() + (BACK_OFF_MS[Math.min(state.failures, BACK_OFF_MS.length - 1)] ?? 0);
			state.failures += 1;
			state.silent ||= silent;
		},
		/** Requests under way by server, those without left out. */
		load: (): Record<string, number> => Object.fromEntries([...states].filter(([, { load }]) => load > 0).map(([id, { load }]) => [id, load])),
		/** Forgets servers that are no more, once they are done. */
		forget(living: ReadonlySet<string>): void {
			for (const [id, { load }] of states) if (load === 0 && !living.has(id)) states.delete(id);
		}
	};
}
