import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SERVE } from './swift-server.ts';

/** An engine whose client sends so many questions at first, and more each time that it waits. */
const ENGINE = `
from queue import Queue
from types import SimpleNamespace
from batches import gathering

def fetched(at_once, later, most=8):
    queue, turns, later = Queue(), [], list(later)
    send = lambda n: [queue.put(i) for i in range(n)]
    send(at_once)
    def sleep(seconds):
        turns.append(seconds)
        send(later.pop(0) if later else 0)
    engine = SimpleNamespace(_queue=queue, max_batch_size=most, _fetch_infer_requests=queue.qsize)
    return gathering(engine, sleep)(), len(turns)
`;

async function fetched(args: string): Promise<string> {
	const { stdout } = await promisify(execFile)('python3', ['-B', '-c', `${ENGINE}\nprint(*fetched(${args}))`], { env: { PATH: process.env['PATH'], PYTHONPATH: dirname(SERVE) } as unknown as NodeJS.ProcessEnv });
	return stdout.trim();
}

it.each([
	['nothing is not waited for', '0, [3]', '0 0'],
	['a question alone waits once', '1, []', '1 1'],
	['what comes after it is computed with it', '1, [4, 3]', '8 2'],
	['a full batch waits no more', '8, [1]', '8 0'],
	['what stops coming is not waited for', '1, [2, 0, 5]', '3 2'],
	['a server that computes one at a time waits for none', '1, [1], 1', '1 0']
])('%s', async (_, args, got) => {
	expect(await fetched(args)).toBe(got);
});
