/** Asks a channel of the database for all that is said there, over lost connections as well: postgres.js's `listen`. */
type Subscribe = (channel: string, heard: (payload: string) => void) => Promise<unknown>;
type Heard = (payload: string) => void;

/**
 * Who listens to channels, over one subscription for each that lasts as long as the connection: what postgres.js (3.4.9)
 * subscribes again after a loss it no longer knows by what ends it, and would keep for good. Listening rejects where the
 * database does not take the subscription; the next who listens tries anew.
 */
export function createListen(subscribe: Subscribe): (channel: string, heard: Heard) => Promise<() => Promise<void>> {
	const channels = new Map<string, { heard: Map<symbol, Heard>; subscribed: Promise<unknown> }>();

	function open(channel: string) {
		const heard = new Map<symbol, Heard>();
		const subscribed = subscribe(channel, (payload) => {
			for (const hears of [...heard.values()]) hears(payload);
		}).catch((error: unknown) => {
			// It may yet come into force: then nobody is left who hears it.
			heard.clear();
			channels.delete(channel);
			throw error;
		});
		const opened = { heard, subscribed };
		channels.set(channel, opened);
		return opened;
	}

	return async (channel, hears) => {
		const { heard, subscribed } = channels.get(channel) ?? open(channel);
		const id = Symbol(channel);
		heard.set(id, hears);
		await subscribed;
		return () => {
			heard.delete(id);
			return Promise.resolve();
		};
	};
}
