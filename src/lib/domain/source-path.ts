/** S3 allows keys of so many bytes; a longer path in a folder is no honest one. */
const MOST_BYTES = 1024;

/** What is wrong with a path of a source's file or folder, as what would be right; null: nothing. It goes down from the source's beginning and nowhere else. */
export function pathProblem(path: string): string | null {
	if (path === '') return 'the path of a file, such as 2024/pairs.jsonl';
	if (new TextEncoder().encode(path).byteLength > MOST_BYTES) return `a path of at most ${MOST_BYTES} bytes`;
	// eslint-disable-next-line no-control-regex -- a name with one is no name that a person chose
	if (/[\u0000-\u001f\u007f\ufffd\\]/u.test(path) || !path.isWellFormed()) return 'a path without control signs and backslashes';
	if (path.split('/').some((step) => step === '' || step === '.' || step === '..')) return 'a path that only goes down: no empty step, no “.” and no “..”';
	return null;
}

/** A path put below another; both may be empty. */
export const below = (top: string, path: string): string => [top, path].filter((part) => part !== '').join('/');

/** Last step of a path. */
export const lastStep = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
