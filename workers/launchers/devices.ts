/** GPUs of this host that a piece of work has for itself, until it gives them back. */
export type HeldDevices = { ids: number[]; release: () => void };

/** Who has which GPU of this host. A host without any has room for one piece of work: two on a few cores would only take each other's memory. */
export type DevicePool = {
	readonly total: number;
	/** GPUs that nobody has; on a host without any, 1 when nothing is under way. */
	free(): number;
	/** GPUs that are held for good, by servers: whoever waits for one of these waits for no end. */
	lent(): number;
	/** At once, or null when there are too few. `forGood`: by a server, which holds them until somebody ends it. */
	tryTake(count: number, of?: { forGood: boolean }): HeldDevices | null;
	/** As soon as there are enough, in the order of asking. */
	take(count: number): Promise<HeldDevices>;
};

/**
 * A pool of GPUs of this host.
 * @param gpus the numbers by which nvidia-smi counts them; without any there is one place, which comes without a GPU
 */
export function createDevicePool(gpus: readonly number[]): DevicePool {
	const places = Math.max(1, gpus.length);
	const free = new Set(gpus.length === 0 ? [0] : gpus);
	const waiting: { count: number; give: (held: HeldDevices) => void }[] = [];
	let lent = 0;

	function grant(count: number): HeldDevices {
		const ids = [...free].sort((one, other) => one - other).slice(0, count);
		for (const id of ids) free.delete(id);
		let held = true;
		const release = () => {
			if (!held) return;
			held = false;
			for (const id of ids) free.add(id);
			for (let first = waiting[0]; first && first.count <= free.size; first = waiting[0]) {
				waiting.shift();
				first.give(grant(first.count));
			}
		};
		return { ids: gpus.length === 0 ? [] : ids, release };
	}

	/** More than there are will never come: all of them then. */
	const within = (count: number) => Math.min(Math.max(1, count), places);
	const tryTake = (count: number) => (waiting.length === 0 && within(count) <= free.size ? grant(within(count)) : null);
	const lend = (held: HeldDevices | null): HeldDevices | null => {
		if (!held) return null;
		let back = false;
		lent += held.ids.length;
		const release = () => {
			if (!back) lent -= held.ids.length;
			back = true;
			held.release();
		};
		return { ids: held.ids, release };
	};
	return {
		total: gpus.length,
		free: () => (waiting.length > 0 ? 0 : free.size),
		lent: () => lent,
		tryTake: (count, { forGood } = { forGood: false }) => (forGood ? lend(tryTake(count)) : tryTake(count)),
		take: (count) => {
			const held = tryTake(count);
			return held ? Promise.resolve(held) : new Promise((give) => waiting.push({ count: within(count), give }));
		}
	};
}
