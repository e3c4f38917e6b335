import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** How a hub serves weights: whole; cut once in the middle; or up to the middle and then nothing more. */
export type Weights = 'whole' | 'cut' | 'stuck';

/** Files of a folder as a hub has them, and others beside or in place of them. */
export async function hubFiles(folder: string, extra: Record<string, string | Buffer> = {}): Promise<Map<string, Buffer>> {
	const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
	const files = new Map(await Promise.all(names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))])));
	for (const [name, text] of Object.entries(extra)) files.set(name, Buffer.from(text as string));
	return files;
}

/** Ends an answer with a body; weights as they are served now. */
export function weightsLine() {
	let weights: Weights = 'whole';
	return {
		serve: (how: Weights) => void (weights = how),
		end: (response: ServerResponse, body: Buffer | string, ofWeights: boolean): void => {
			if (!ofWeights || weights === 'whole' || typeof body === 'string') return void response.end(body);
			const cut = weights === 'cut';
			if (cut) weights = 'whole';
			response.write(body.subarray(0, body.length >> 1), () => void (cut && response.destroy()));
		}
	};
}

/** From which byte a request wants a file; null: all of it. */
export function firstByte(range: string | undefined): number | null {
	const from = /^bytes=(\d+)-/.exec(range ?? '')?.[1];
	return from === undefined ? null : Number(from);
}

/** A server on this machine until it is stopped. */
export async function listening(answer: RequestListener): Promise<{ address: string; stop: () => Promise<unknown> }> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(resolve));
		}
	};
}
