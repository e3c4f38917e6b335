import { fileURLToPath } from 'node:url';
import type { Finding, Kind } from '#lib/domain/desensitisation/kind.ts';
import { OFFLINE_ENV } from '../engine/swift/engine-env.ts';
import { installEnv } from '../engine/swift/install-env.ts';
import { startLineService } from '../process/line-service.ts';
import type { LineService } from '../process/line-service.ts';

const SCRIPT = fileURLToPath(new URL('./python/find_names.py', import.meta.url));
/** Texts of one request, of two million signs at most, take a minute. */
const PATIENCE_MS = 300_000;
const MOST_CHARS = 2_000_000;

/** A detector of names that runs. */
export type Names = { find: (texts: readonly string[]) => Promise<Finding[][]>; presidio: boolean; stop: () => void; ended: Promise<void> };

/** Starts the detector with a Python that has its packages. Texts go through a pipe, never into a file or an argument. */
export async function startNames(python: string): Promise<Names> {
	const { service, greeting } = await startLineService([python, SCRIPT], { env: { ...installEnv(), ...OFFLINE_ENV, PYTHONDONTWRITEBYTECODE: '1' }, timeoutMs: PATIENCE_MS });
	const { presidio } = JSON.parse(greeting) as { presidio: boolean };
	return { presidio, stop: service.stop, ended: service.ended, find: (texts) => findIn(service, texts) };
}

async function findIn(service: LineService, texts: readonly string[]): Promise<Finding[][]> {
	const found: Finding[][] = [];
	for (let from = 0; from < texts.length; ) {
		let to = from;
		for (let chars = 0; to < texts.length && (to === from || chars + (texts[to]?.length ?? 0) <= MOST_CHARS); to++) chars += texts[to]?.length ?? 0;
		const part = texts.slice(from, to);
		const { spans } = JSON.parse(await service.ask(JSON.stringify({ texts: part }))) as { spans: [Kind, number, number][][] };
		found.push(...part.map((text, index) => inUnits(text, spans[index] ?? [])));
		from = to;
	}
	return found;
}

/** Python counts code points, JavaScript the units of UTF-16. */
export function inUnits(text: string, spans: readonly [Kind, number, number][]): Finding[] {
	if (spans.length === 0) return [];
	const places: number[] = [];
	let at = 0;
	for (const sign of text) {
		places.push(at);
		at += sign.length;
	}
	places.push(at);
	return spans.map(([kind, start, end]) => ({ kind, start: places[start] ?? at, end: places[end] ?? at }));
}
