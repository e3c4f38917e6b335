import { fileURLToPath } from 'node:url';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { provisionSmall } from '../engine/small-environment.ts';
import type { SmallEnvironment } from '../engine/small-environment.ts';

const path = (name: string) => fileURLToPath(new URL(`./python/${name}`, import.meta.url));

/** The segmenter comes as source: what builds it is checked too, and nothing else is fetched for it. */
const NAMES: SmallEnvironment = {
	name: 'names',
	what: 'The detector of names',
	locks: [{ file: path('build.lock') }, { file: path('requirements.lock'), options: ['--no-build-isolation'] }],
	imports: 'jieba.posseg'
};

/** A Python with the segmenter: `PLUMBLINE_NAMES_PYTHON` where set (one that also has Presidio, for instance), else an environment of its own. */
export async function provisionNames(options: { signal?: AbortSignal; env?: NodeJS.ProcessEnv } = {}): Promise<Outcome<{ python: string }>> {
	const own = (options.env ?? process.env).PLUMBLINE_NAMES_PYTHON;
	return own ? value({ python: own }) : provisionSmall(NAMES, options);
}
