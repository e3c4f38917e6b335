import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';

/** Bounds of a password in characters, for the pages' hints too. */
export const PASSWORD_LENGTH = { min: 10, max: 200 } as const;

/** OWASP's first choice for argon2id (algorithm 2): 19 MiB, two passes, one lane. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One text however it was typed: keyboards differ in how they compose an accent. */
function canonical(password: string): string {
	return password.normalize('NFKC');
}

/** Whether a new password may be used. `field` names it in the answer. */
export function checkNewPassword(password: string, field = 'password'): Result<null> {
	if (!password.isWellFormed()) return wrongField(field, 'contains half of a surrogate pair, which no text has');
	const length = [...canonical(password)].length;
	if (length < PASSWORD_LENGTH.min) return wrongField(field, `at least ${PASSWORD_LENGTH.min} characters`);
	if (length > PASSWORD_LENGTH.max) return wrongField(field, `at most ${PASSWORD_LENGTH.max} characters`);
	return ok(null);
}

/** What is stored of a password: argon2id with its own salt. */
export async function hashPassword(password: string): Promise<string> {
	return hash(canonical(password), ARGON2ID);
}

let decoy: Promise<string> | undefined;

/**
 * Whether a password is the one behind a hash. Without a hash (no such person,
 * or none set yet) the same work is done on a decoy, so that the time taken
 * does not tell who has an account.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
	decoy ??= hashPassword(randomBytes(32).toString('hex'));
	// Awaited for everybody: the process's first attempt, which makes it, is slow for known and unknown alike.
	const spare = await decoy;
	const tooLong = password.length > PASSWORD_LENGTH.max * 4;
	const right = await verify(stored ?? spare, canonical(tooLong ? '' : password));
	return right && stored !== null && !tooLong;
}
