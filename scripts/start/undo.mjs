/**
 * Undoes what was begun, the last first. What cannot be undone is told of and holds up nothing: the
 * database must stop in order even where a file could not be written before.
 * @param {readonly (() => unknown)[]} actions in the order of their beginning
 * @param {(error: unknown) => void} tell
 */
export async function undoAll(actions, tell) {
	for (const action of [...actions].reverse()) {
		try {
			await action();
		} catch (error) {
			tell(error);
		}
	}
}
