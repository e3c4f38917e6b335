import { expect, it } from 'vitest';
import { explainFailure } from '../engine/swift/failure.ts';
import { serverProblem } from './server-end.ts';

it('speaks of a server, not of a training, whatever ended it', () => {
	const exit = { code: 1, signal: null, reason: 'exited' as const };
	for (const said of ['torch.OutOfMemoryError: CUDA out of memory', 'OSError: No space left on device', 'ValueError: no', 'remaining_argv: [--new]']) {
		const { code, message, hint } = serverProblem(explainFailure(exit, said));
		expect([code, `${message} ${hint}`]).toEqual([expect.any(String), expect.not.stringMatching(/training|run |batch|checkpoint and/i)]);
	}
	expect(serverProblem(explainFailure({ code: null, signal: 'SIGKILL', reason: 'exited' }, '')).code).toBe('killed');
});
