/**
 * Something the person at the terminal can put right. Its message is one line: what is wrong and
 * what to do. Everything else that is thrown is a bug and keeps its stack.
 */
export class Trouble extends Error {
	/**
	 * @param {string} message
	 * @param {string} [detail] the end of a tool's output, shown below the line
	 */
	constructor(message, detail) {
		super(message);
		this.name = 'Trouble';
		this.detail = detail;
	}
}

/**
 * The lines a person should see for whatever was thrown.
 * @param {unknown} thrown
 * @returns {string[]}
 */
export function describe(thrown) {
	if (thrown instanceof Trouble) {
		return thrown.detail ? [...thrown.detail.trimEnd().split('\n'), thrown.message] : [thrown.message];
	}
	const code = /** @type {{ code?: string, path?: string }} */ (thrown ?? {});
	if (code.code === 'ENOSPC') {
		return ['The disk is full. Free some space, or put the data on another disk: PLUMBLINE_DATA_DIR=… npm start'];
	}
	if ((code.code === 'EACCES' || code.code === 'EPERM' || code.code === 'EROFS') && code.path) {
		return [`No permission to write ${code.path}. Start as its owner, or choose another folder: PLUMBLINE_DATA_DIR=… npm start`];
	}
	return [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)];
}
