/** Repeats a task at an interval, never two of it at once, until stopped. `stop` waits for the one under way. */
export function every(milliseconds: number, task: () => Promise<unknown>): (failed: (error: unknown) => void) => { stop: () => Promise<void> } {
	return (failed) => {
		let running: Promise<void> | null = null;
		const timer = setInterval(() => {
			running ??= task()
				.then(() => undefined, failed)
				.finally(() => (running = null));
		}, milliseconds);
		return {
			stop: async () => {
				clearInterval(timer);
				await running;
			}
		};
	};
}
