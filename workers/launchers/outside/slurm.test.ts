import { expect, it } from 'vitest';
import { saysAway } from './slurm.ts';

it.each([
	['sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)', true],
	['sbatch: error: Batch job submission failed: Socket timed out on send/recv operation', true],
	['sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received', true],
	['sbatch: error: If munged is up, restart with --num-threads=10\nsbatch: error: Munge encode failed: Failed to access "/run/munge/munge.socket.2": No such file or directory', true],
	['sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying', true],
	['sbatch: error: invalid partition specified: gpu\nsbatch: error: Batch job submission failed: Invalid partition name specified', false],
	['sbatch: error: Batch job submission failed: Requested node configuration is not available', false],
	['sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified', false],
	['spawn sbatch ENOENT', false]
])('%s', (stderr, away) => {
	expect(saysAway({ code: 1, stderr })).toBe(away);
});

it('a command that was killed for not ending found nobody', () => {
	expect(saysAway({ code: null, stderr: '' })).toBe(true);
});
