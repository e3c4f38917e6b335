import { afterEach, expect, it, vi } from 'vitest';
import { init } from './hooks.client.ts';

// A browser that is offline, or holds a page from before an update, gets no such file.
vi.mock('#lib/components/ui/details.svelte.ts', () => {
	throw new Error('Failed to fetch dynamically imported module');
});
afterEach(() => vi.unstubAllGlobals());

it.each([{}, null])('lets a page come alive although the book of details cannot be had', async (detail) => {
	vi.stubGlobal('document', { querySelector: () => detail });
	await expect(init()).resolves.toBeUndefined();
});
