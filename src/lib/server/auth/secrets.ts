import { createHash, randomBytes } from 'node:crypto';

/** A secret nobody can guess: 24 random bytes, base64url. */
export function newSecret(): string {
	return randomBytes(24).toString('base64url');
}

/** What is stored of a secret. Its 192 random bits need no salt. */
export function secretHash(secret: string): string {
	return createHash('sha256').update(secret).digest('hex');
}

/** Hash of an erasable text under a salt that is erased with it: the record then proves nothing about the text any more. */
export function saltedHash(salt: string, text: string): string {
	return createHash('sha256').update(salt).update('\0').update(text).digest('hex');
}
