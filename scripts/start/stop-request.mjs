/** Thrown between two steps of the start when the person has asked to stop meanwhile. */
export class Stopped extends Error {}

/**
 * One request to stop, from a signal or from us. Signals come in doubles (a Ctrl-C reaches npm and
 * us, and npm passes it on) and while we are stopping already: later ones change nothing, because
 * ending at once would leave web, worker or database behind.
 * @param {() => void} onFirst called at the first request, to cut a step short
 */
export function stopRequest(onFirst) {
	/** @type {(value?: undefined) => void} */
	let resolve = () => {};
	/** @type {Promise<void>} */
	const requested = new Promise((done) => (resolve = done));
	let isRequested = false;
	const request = (/** @type {string} */ why) => {
		if (isRequested) return;
		if (why) console.log(`Stopping (${why}).`);
		isRequested = true;
		resolve();
		onFirst();
	};
	// HUP: the terminal was closed, and there is nobody left to press Ctrl-C.
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => request(signal));
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // and nothing to write to
	// Under npm our parent is npm (or its shell): when that is killed, signals no longer reach us, and
	// whoever killed it believes that all is stopped. The timer also keeps this process alive.
	const parent = process.ppid;
	const watched = process.env['npm_lifecycle_event'] !== undefined;
	const alive = setInterval(() => {
		if (!watched || process.ppid === parent || isRequested) return;
		request('npm has ended');
	}, 250);
	void requested.then(() => clearInterval(alive));
	return {
		requested,
		request,
		isRequested: () => isRequested,
		check() {
			if (isRequested) throw new Stopped();
		}
	};
}
