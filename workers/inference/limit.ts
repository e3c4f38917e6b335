/** Runs at most `most` tasks at a time, in the order they came. */
export function createLimit(most: number): <T>(task: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (task) => {
		if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
		else running += 1;
		try {
			return await task();
		} finally {
			// The place is handed to the next one, so that no newcomer slips between.
			const next = waiting.shift();
			if (next) next();
			else running -= 1;
		}
	};
}
