import * as v from 'valibot';
import { parseHubModel } from './hub-model.ts';
import { Sha256Schema } from './message.ts';
import { lastStep, pathProblem } from './source-path.ts';

/**
 * Files that a trained model is read from: weights, settings, tokenizers, templates, words about it. A list of what is read
 * and not of what is not: programs load code from files of many endings (`.py`, `.pyc`, `.so`, `.pth`, a pickled `.bin`).
 */
const READ = /\.(safetensors|gguf|json|jsonl|jinja|model|tiktoken|spm|vocab|bpe|codes|txt|md|csv|ya?ml)$|(^|\/)(LICENSE|NOTICE)$/u;

/** Whether a stored file of a checkpoint is laid out where an engine loads it. Others may be stored with it, and nothing that loads it needs them. */
export const isLaidOut = (path: string): boolean => READ.test(path);

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A path of a file in a folder that is stored, which leads nowhere else. */
export const StoredPathSchema = v.pipe(v.string(), v.check((path) => pathProblem(path) === null, 'a path that only goes down'));

/** A stored file of a folder. */
const StoredFileSchema = v.strictObject({ path: StoredPathSchema, bytes: count, sha256: Sha256Schema });
type StoredFile = v.InferOutput<typeof StoredFileSchema>;

/** Whether no two of these paths are one file, and none is both a file and a folder. */
function areApart(files: StoredFile[]): boolean {
	const paths = new Set(files.map(({ path }) => path));
	const folders = files.flatMap(({ path }) => path.split('/').slice(0, -1).map((_, i, steps) => steps.slice(0, i + 1).join('/')));
	return paths.size === files.length && !folders.some((folder) => paths.has(folder));
}

/** The files of a stored folder, as a checkpoint, a form of one and a run's curves have them. */
export const StoredFilesSchema = v.pipe(v.array(StoredFileSchema), v.check(areApart, 'a path that no other file has'));

/** A checkpoint's name: files are called by it. */
export const CheckpointNameSchema = v.pipe(StoredPathSchema, v.maxLength(200), v.check((name) => lastStep(name) === name, 'a name without a folder'));

/** Where a base model lies: in a folder, with the program, or on a hub at a commit. */
export const BaseLocationSchema = v.pipe(v.string(), v.maxLength(4096), v.check((text) => /^folder:\/[^\0]*$/u.test(text) || /^bundled:[\w.-]+$/u.test(text) || parseHubModel(text) !== null, 'folder:/path, bundled:name, or a hub’s model at a commit'));
