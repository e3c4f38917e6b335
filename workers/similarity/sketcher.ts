import { fileURLToPath } from 'node:url';
import type { Sketcher } from '#lib/server/usecases/find-duplicates.ts';
import { OFFLINE_ENV } from '../engine/swift/engine-env.ts';
import { installEnv } from '../engine/swift/install-env.ts';
import { startLineService } from '../process/line-service.ts';

const SCRIPT = fileURLToPath(new URL('./python/near_duplicates.py', import.meta.url));
/** A request of two million signs takes seconds. */
const PATIENCE_MS = 120_000;

/** Something that says how alike texts are, running. */
export type RunningSketcher = Sketcher & { stop: () => void; ended: Promise<void> };

/** Starts it with a Python that has its package. Texts go through a pipe, never into a file or an argument. */
export async function startSketcher(python: string): Promise<RunningSketcher> {
	const { service, greeting } = await startLineService([python, SCRIPT], { env: { ...installEnv(), ...OFFLINE_ENV, PYTHONDONTWRITEBYTECODE: '1' }, timeoutMs: PATIENCE_MS });
	const { algorithm } = JSON.parse(greeting) as { algorithm: string };
	return {
		algorithm,
		stop: service.stop,
		ended: service.ended,
		sketch: async (texts) => (JSON.parse(await service.ask(JSON.stringify({ sketch: texts.map(({ scope, text }) => [scope, text]) }))) as { bands: string[][] }).bands,
		compare: async (texts, pairs) => {
			const { likeness } = JSON.parse(await service.ask(JSON.stringify({ compare: { texts, pairs } }))) as { likeness: [number, number][] };
			return likeness.map(([estimate, jaccard]) => ({ estimate, jaccard }));
		}
	};
}
