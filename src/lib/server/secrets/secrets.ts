import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Config } from '../config.ts';
import { keyId, makeKeyFile, readKeyFile } from './keys.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Texts that are stored but must be read by nobody who holds the database alone: keys of endpoints, originals behind placeholders. */
export type Secrets = {
	/**
	 * Encrypts a text. `place` says where it will be stored (`endpoint:<id>`) and is bound to it:
	 * a sealed text copied to another row does not open there.
	 */
	seal: (text: string, place: string) => Promise<string>;
	/** The text again; a problem (`not_ready`) when this process does not hold its key, or what was stored is not what was sealed. */
	open: (sealed: string, place: string) => Promise<Result<string>>;
};

const unreadable = (detail: string) => fail('not_ready', `${detail} Give every web process and worker the same PLUMBLINE_SECRET_KEY, or the same secret.key in the data folder.`);

/**
 * AES-256-GCM with the keys of the setting, else of `secret.key` in the data
 * folder, which the first seal makes. The first key seals, every key opens: a
 * new key is put before the old ones. Sealed: `s1.<key id>.<nonce>.<text and tag>`.
 */
export function createSecrets(config: Pick<Config, 'secretKeys' | 'dataDir'>): Secrets {
	const keys = async (): Promise<Buffer[]> => (config.secretKeys.length > 0 ? config.secretKeys : readKeyFile(config.dataDir));
	return {
		seal: async (text, place) => {
			const key = (await keys())[0] ?? (await makeKeyFile(config.dataDir));
			const nonce = randomBytes(NONCE_BYTES);
			const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place));
			const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
			return ['s1', keyId(key), nonce.toString('base64url'), body.toString('base64url')].join('.');
		},
		open: async (sealed, place) => {
			const [version, id, nonce, body] = sealed.split('.');
			if (version !== 's1' || nonce === undefined || body === undefined) return unreadable('A stored secret is damaged.');
			const key = (await keys()).find((each) => keyId(each) === id);
			if (!key) return unreadable('The key that a stored secret was encrypted with is not here.');
			const bytes = Buffer.from(body, 'base64url');
			try {
				const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64url'), { authTagLength: TAG_BYTES }).setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
				return ok(Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8'));
			} catch {
				return unreadable('A stored secret is damaged.');
			}
		}
	};
}
