import { verify } from '@node-rs/argon2';
import { expect, it, vi } from 'vitest';
import { hashPassword, verifyPassword } from './password.ts';

vi.mock('@node-rs/argon2', async (original) => {
	const real = await original<{ verify: typeof verify }>();
	return { ...real, verify: vi.fn(real.verify) };
});

it('does the same work whether there is such a person or not', async () => {
	const stored = await hashPassword('correct horse battery');
	const parameters = (hash: string | Buffer | undefined) => String(hash).split('$').slice(1, 4);
	expect(await verifyPassword(stored, 'correct horse battery')).toBe(true);
	expect(await verifyPassword(stored, 'wrong horse battery')).toBe(false);
	expect(await verifyPassword(null, 'wrong horse battery')).toBe(false);
	const hashes = vi.mocked(verify).mock.calls.map(([hash]) => parameters(hash as string));
	expect(hashes).toHaveLength(3);
	expect(new Set(hashes.map(String)).size).toBe(1);
});
