import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SERVE } from './swift-server.ts';

const ENGINE = `
import sys
from queue import Queue
from types import SimpleNamespace
import engine_failures as failures

def infer(requests, request_config):
    if 'long' in requests: raise ValueError('too long')
    if request_config.stream: return ([f'{request}{i}' for request in requests] for i in range(2))
    return [request.upper() for request in requests]
together = failures.apart_where_they_fail(infer)
shown = lambda answers: [type(answer).__name__ if isinstance(answer, Exception) else answer for answer in answers]
def ask(*requests, stream=False):
    answers = together(list(requests), request_config=SimpleNamespace(stream=stream))
    return [shown(step) for step in answers] if stream else shown(answers)
def failed(act):
    try: return act()
    except Exception as error: return type(error).__name__

class Tokens:
    def __init__(self): self.queue = Queue()
    def __next__(self): return self.queue.get(timeout=5)
    def put(self, value): self.queue.put(value)
def generate(error):
    def raising(model, **named): raise error
    return failures.telling_stream(raising)
`;

async function inPython(script: string): Promise<string> {
	const { stdout } = await promisify(execFile)('python3', ['-B', '-c', `${ENGINE}\n${script}`], { env: { PATH: process.env['PATH'], PYTHONPATH: dirname(SERVE) } as unknown as NodeJS.ProcessEnv });
	return stdout.trim();
}

it('requests computed together are tried alone where one of them fails', async () => {
	expect(await inPython("print(ask('a', 'b'), ask('a', 'long', 'c'), failed(lambda: ask('long')))")).toBe("['A', 'B'] ['A', 'ValueError', 'C'] ValueError");
	expect(await inPython("print(ask('a', 'b', stream=True), ask('a', 'long', stream=True))")).toBe("[['a0', 'b0'], ['a1', 'b1']] [['a0', None], ['a1', None], [None, 'ValueError']]");
});

it('a stream hears what generating failed on, and does not wait for tokens that never come', async () => {
	expect(await inPython("stream = failures.hearing_errors(Tokens)()\ngenerate(ValueError())(None, streamer=stream)\nprint(failed(lambda: next(stream)), failed(lambda: generate(KeyError())(None)))")).toBe('ValueError KeyError');
});

it('the engine is to blame for its own errors, and ends where its GPU takes nothing more', async () => {
	expect(await inPython("print([failures.is_of_the_engine(error) for error in (RuntimeError('CUDA out of memory'), MemoryError(), ValueError('top_p'), KeyError())])")).toBe('[True, True, False, False]');
	expect(await inPython("failures.end_if_lost(RuntimeError('CUDA out of memory'))\nprint('on')")).toBe('on');
	const lost = await inPython("failed(lambda: generate(RuntimeError('CUDA error: device-side assert triggered by May I sublet?'))(None))\nprint('on')").catch((error: unknown) => error as { code: number; stderr: string });
	expect(lost).toMatchObject({ code: 1, stderr: expect.stringMatching(/^RuntimeError\n/) as string });
	expect(JSON.stringify((lost as { stderr: string }).stderr)).not.toContain('sublet');
});
