import type * as FastCheck from 'fast-check';
import { vi } from 'vitest';
import { seedOfChance } from '../../scripts/test/chance.mjs';

// Where a file imports it and not for every file: to load fast-check takes longer than most of them do.
vi.mock('fast-check', async (original) => {
	const module = await original<typeof FastCheck>();
	module.configureGlobal(seedOfChance(process.env['FAST_CHECK_SEED']));
	return module;
});
