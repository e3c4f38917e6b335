/** One seat that tasks take one after the other, in the order they came. */
export function createSeat(): { take: <T>(task: () => Promise<T>) => Promise<T>; idle: () => Promise<void> } {
	let last: Promise<unknown> = Promise.resolve();
	return {
		take: (task) => {
			const turn = last.then(task, task);
			last = turn.catch(() => undefined);
			return turn;
		},
		idle: async () => {
			await last;
		}
	};
}
