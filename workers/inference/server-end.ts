import type { EngineProblem } from '../engine/problem.ts';

/** What can be done where a server, and not a training, met it. */
const HINTS: Partial<Record<EngineProblem['code'], { message: string; hint: string }>> = {
	out_of_memory: { message: 'The model server ran out of memory.', hint: 'Serve fewer checkpoints together, or deploy it on more GPUs.' },
	killed: { message: 'The model server was killed from outside, most often because the machine ran out of memory.', hint: 'Serve fewer checkpoints together, or on a machine with more memory.' },
	broken_model: { message: 'The weights cannot be loaded: they are not whole, or do not fit the model they go on.', hint: 'Another try would end alike. Serve another checkpoint; what this one stumbled over is in the server’s log.' },
	disk_full: { message: 'The disk is full.', hint: 'Free space in the worker’s work folder.' }
};

/** Why a server ended, in words about serving: what is known of engines speaks of trainings. */
export function serverProblem({ code, message }: Pick<EngineProblem, 'code' | 'message'>): EngineProblem {
	return { code, message, hint: 'Look at the server’s log.', ...HINTS[code] };
}
