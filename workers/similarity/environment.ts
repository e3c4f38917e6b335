import { fileURLToPath } from 'node:url';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { provisionSmall } from '../engine/small-environment.ts';
import type { SmallEnvironment } from '../engine/small-environment.ts';

const SIMILARITY: SmallEnvironment = {
	name: 'similarity',
	what: 'What finds near-duplicates',
	locks: [{ file: fileURLToPath(new URL('./python/requirements.lock', import.meta.url)) }],
	imports: 'rensa'
};

/** A Python with MinHash: `PLUMBLINE_SIMILARITY_PYTHON` where set, else an environment of its own. */
export async function provisionSimilarity(options: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome<{ python: string }>> {
	const own = (options.env ?? process.env).PLUMBLINE_SIMILARITY_PYTHON;
	return own ? value({ python: own }) : provisionSmall(SIMILARITY, options);
}
