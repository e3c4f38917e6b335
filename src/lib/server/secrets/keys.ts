import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;
const FILE = 'secret.key';

/** A key as settings and the key file write it: 32 bytes in base64 or hex. Null when it is something else. */
export function parseKey(text: string): Buffer | null {
	const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null;
	return bytes?.length === KEY_BYTES ? bytes : null;
}

/** Names a key without telling it. */
export function keyId(key: Buffer): string {
	return createHash('sha256').update('plumbline key id').update(key).digest('base64url').slice(0, 8);
}

/**
 * Keys of the data folder's file, one a line, the first one seals; none when there is no file.
 * @throws Error when a line is no key: it must not be taken for a missing file and replaced
 */
export async function readKeyFile(dataDir: string): Promise<Buffer[]> {
	const text = await readFile(join(dataDir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '';
		throw error;
	});
	return text.split('\n').filter((line) => line.trim() !== '').map((line, index) => {
		const key = parseKey(line.trim());
		if (!key) throw new Error(`${FILE}, line ${index + 1}: not 32 bytes in base64 or hex`);
		return key;
	});
}

/** Makes the data folder's key, for its owner alone to read; the one that is there when another process was faster. */
export async function makeKeyFile(dataDir: string): Promise<Buffer> {
	await mkdir(dataDir, { recursive: true });
	// Written whole and then linked: a process that finds the file finds all of it, and of two that make one the first wins.
	const draft = join(dataDir, `${FILE}.${randomUUID()}`);
	const file = await open(draft, 'wx', 0o600);
	try {
		await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
		await file.sync();
		await link(draft, join(dataDir, FILE)).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== 'EEXIST') throw error;
		});
	} finally {
		await file.close();
		await rm(draft, { force: true });
	}
	const [key] = await readKeyFile(dataDir);
	if (!key) throw new Error(`${FILE} holds no key`);
	return key;
}
