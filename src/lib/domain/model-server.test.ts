import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, canShareServer, MOST_SERVER_FAILURES, MOST_TOGETHER, serverWaitsFor, servingEngine } from './model-server.ts';

describe('a server that failed', () => {
	it('is tried again later and later, then left for a person', () => {
		const waits = Array.from({ length: MOST_SERVER_FAILURES + 1 }, (_, i) => afterFailure(i + 1, 'killed'));
		expect(waits).toEqual([{ status: 'waiting', inSeconds: 5 }, { status: 'waiting', inSeconds: 15 }, { status: 'waiting', inSeconds: 60 }, { status: 'waiting', inSeconds: 300 }, { status: 'failed' }, { status: 'failed' }]);
	});

	it.each(['artifact_damaged', 'template_changed', 'unsupported_model', 'broken_model'])('is not tried again where its files are not what they were: %s', (code) => {
		expect(afterFailure(1, code)).toEqual({ status: 'failed' });
	});

	it('is tried elsewhere where a host lacks something', () => {
		expect(['model_missing', 'missing_package', 'start_failed'].map((code) => afterFailure(1, code).status)).toEqual(['waiting', 'waiting', 'waiting']);
	});

	it('ends in a bounded number of tries, whatever ends it', () => {
		fc.assert(fc.property(fc.integer({ min: MOST_SERVER_FAILURES, max: 1e6 }), fc.string(), (failures, code) => void expect(afterFailure(failures, code).status).toBe('failed')));
	});

	it('outlasts an outage, however long that is', () => {
		expect([1, 4, 5, 1000].map((failures) => afterFailure(failures, 'out_of_reach'))).toEqual([5, 300, 300, 300].map((inSeconds) => ({ status: 'waiting', inSeconds })));
	});
});

it('adapters share the server of their base, and a whole model has its own', () => {
	expect(canShareServer(['full'])).toBe(true);
	expect(canShareServer(['base', 'adapter', 'adapter'])).toBe(true);
	expect(canShareServer(['full', 'adapter'])).toBe(false);
	expect(canShareServer(['full', 'full'])).toBe(false);
	expect(canShareServer(Array.from({ length: MOST_TOGETHER + 1 }, () => 'adapter'))).toBe(false);
});

it('vLLM answers only where it has a GPU and the template that was trained under', () => {
	expect(servingEngine({ vllm: true, gpus: 1, namedTemplate: false })).toBe('vllm');
	expect(servingEngine({ vllm: true, gpus: 1, namedTemplate: true })).toBe('ms-swift');
	expect(servingEngine({ vllm: true, gpus: 0, namedTemplate: false })).toBe('ms-swift');
	expect(servingEngine({ vllm: false, gpus: 1, namedTemplate: false })).toBe('ms-swift');
});

it('says why a server waits, from what the workers are', () => {
	const worker = (gpus: number, state: 'ready' | 'unknown' = 'ready') => ({ cpus: 8, memoryBytes: 1, gpus: Array.from({ length: gpus }, () => ({ name: 'A10', memoryBytes: 1 })), engine: state === 'ready' ? { state, versions: {} } : { state } });
	const wants = (gpus: number) => ({ gpus, failures: 0 });
	expect(serverWaitsFor([], wants(0))).toEqual({ code: 'no_worker' });
	expect(serverWaitsFor([worker(0), worker(2)], wants(4))).toEqual({ code: 'too_few_gpus', most: 2 });
	expect(serverWaitsFor([worker(2)], wants(0))).toEqual({ code: 'no_processors' });
	expect(serverWaitsFor([worker(0, 'unknown')], wants(0))).toEqual({ code: 'no_engine' });
	expect(serverWaitsFor([worker(4)], wants(4))).toEqual({ code: 'room' });
	expect(serverWaitsFor([], { gpus: 0, failures: 1 })).toEqual({ code: 'next_try' });
});
