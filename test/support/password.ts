import { hashPassword } from '#lib/server/auth/password.ts';

/** Everybody's in a test. */
export const PASSWORD = 'correct horse battery';

let hash: Promise<string> | undefined;

/** What is stored of it: made once, since hashing is slow on purpose. */
export const passwordHash = (): Promise<string> => (hash ??= hashPassword(PASSWORD));
