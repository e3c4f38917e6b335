import { randomBytes } from 'node:crypto';
import { secretHash } from './secrets.ts';

/** Recognisable in logs and by secret scanners. */
const PREFIX = 'plb_';
const SHAPE = /^plb_[A-Za-z0-9_-]{43}$/;

/** A new bearer token: shown once; only its SHA-256 is stored. Its 256 random bits need no salt. */
export function newToken(): { token: string; hash: string } {
	const token = PREFIX + randomBytes(32).toString('base64url');
	return { token, hash: secretHash(token) };
}

/**
 * Hash of the token in an Authorization header. Null when it is no bearer at
 * all (a proxy's own Basic, say); `malformed` when it is one of no shape of ours.
 */
export function bearerHash(authorization: string | null): { hash: string } | 'malformed' | null {
	const match = /^bearer(?:\s+(.*))?$/i.exec(authorization?.trim() ?? '');
	if (!match) return null;
	const token = match[1] ?? '';
	return SHAPE.test(token) ? { hash: secretHash(token) } : 'malformed';
}
