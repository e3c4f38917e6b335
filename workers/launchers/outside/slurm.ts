import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problem, value } from '../../engine/problem.ts';
import { run } from '../../process/run.ts';
import type { CommandResult } from '../../process/run.ts';
import type { JobState, Scheduler, SchedulerJob } from './scheduler.ts';

/** What of the worker's environment Slurm's commands get. Never more: sbatch would hand the worker's secrets to the job. */
const KEPT = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'SLURM_CONF', 'LD_LIBRARY_PATH'];

const COMMAND_MS = 30_000;

const WAITING = new Set(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'SUSPENDED', 'RESV_DEL_HOLD']);
const RUNNING = new Set(['RUNNING', 'CONFIGURING', 'COMPLETING', 'STAGE_OUT', 'SIGNALING', 'STOPPED', 'RESIZING']);

/** A word as the shell reads it back unchanged. */
export function quoted(word: string): string {
	return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The batch script of a job. On several nodes one watcher a node is started by srun; torchrun's meeting point is the
 * first node. Pure: the same job gives the same text.
 */
export function slurmScript({ argv, resources }: Pick<SchedulerJob, 'argv' | 'resources'>): string {
	const command = argv.map(quoted).join(' ');
	if (resources.nodes === 1) return `#!/bin/bash\nexec ${command}\n`;
	return [
		'#!/bin/bash',
		'PLUMBLINE_MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
		'export PLUMBLINE_MASTER_ADDR',
		`exec srun --export=ALL --kill-on-bad-exit=1 --ntasks-per-node=1 ${command}`,
		''
	].join('\n');
}

/**
 * Arguments of sbatch. Slurm's own requeueing is off: a run that loses its nodes is put back in line by us, as a new
 * attempt that goes on from the last checkpoint.
 * @param options further options that the operator set, such as `--partition=gpu`
 */
export function sbatchArguments({ name, dir, resources }: SchedulerJob, options: readonly string[], script: string): string[] {
	return [
		'--parsable',
		'--no-requeue',
		'--export=NONE',
		`--job-name=${name}`,
		`--chdir=${dir}`,
		`--output=${join(dir, 'scheduler.log')}`,
		`--nodes=${resources.nodes}`,
		'--ntasks-per-node=1',
		`--cpus-per-task=${resources.cpusPerNode}`,
		...(resources.gpusPerNode > 0 ? [`--gpus-per-node=${resources.gpusPerNode}`] : []),
		...options,
		script
	];
}

/** Reads `squeue -h -o '%T|%r'`; undefined when the job is not in the queue any more. */
export function parseQueue(text: string): JobState | undefined {
	const [state = '', reason = ''] = text.trim().split('\n')[0]?.split('|') ?? [];
	if (state === '') return undefined;
	if (WAITING.has(state)) return { state: 'waiting', detail: reason === 'None' ? state : reason };
	if (RUNNING.has(state)) return { state: 'running' };
	return { state: 'gone', detail: state };
}

/** The end state in `scontrol show job` or `sacct`, for a person to read. */
export function parseEnd(text: string): string | undefined {
	return /JobState=([A-Z_]+)/.exec(text)?.[1] ?? /^([A-Z_]+)/m.exec(text)?.[1];
}

/** Whether a command failed because the controller, or the way to it, was away for the moment: it was killed for not ending, or says one of Slurm's communication errors (its slurm_errno.c), or that the controller is busy or changing hands. */
export function saysAway({ code, stderr }: Pick<CommandResult, 'code' | 'stderr'>): boolean {
	return code === null || /unable to contact slurm controller|communication (connection|send|receive|shutdown) failure|connect failure|socket timed out|connection (refused|reset|timed out)|zero bytes were transmitted|controller is in standby|temporarily unable to accept job|resource temporarily unavailable|munge/i.test(stderr);
}

/** Slurm by its own commands: sbatch, squeue, scancel, and scontrol or sacct for what is over. */
export function createSlurm(options: readonly string[] = []): Scheduler {
	const env = Object.fromEntries(KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
	const slurm = (argv: string[]): Promise<CommandResult> => run(argv, { env, timeoutMs: COMMAND_MS });

	async function endOf(id: string): Promise<string | undefined> {
		const shown = await slurm(['scontrol', 'show', 'job', id]);
		if (shown.code === 0) return parseEnd(shown.stdout);
		const accounted = await slurm(['sacct', '-n', '-X', '-P', '-j', id, '-o', 'State']);
		return accounted.code === 0 ? parseEnd(accounted.stdout) : undefined;
	}

	const find: Scheduler['find'] = async (prefix) => {
		const result = await slurm(['squeue', '-h', '-o', '%i|%j']);
		const jobs = result.stdout.trim().split('\n').map((line) => line.split('|'));
		return jobs.flatMap(([id, name]) => (id && name?.startsWith(prefix) ? [{ id, name }] : []));
	};

	return {
		name: 'slurm',
		submit: async (job) => {
			const script = join(job.dir, 'job.sh');
			await writeFile(script, slurmScript(job), { mode: 0o700 });
			await chmod(script, 0o700);
			const result = await slurm(['sbatch', ...sbatchArguments(job, options, script)]);
			const id = /^(\d+)/.exec(result.stdout.trim())?.[1];
			if (result.code === 0 && id) return value(id);
			const said = (result.stderr || result.stdout).trim().slice(-500);
			if (!saysAway(result)) return problem('start_failed', `Slurm did not take the job: ${said}`, 'Look at PLUMBLINE_SLURM_OPTIONS and at what the cluster offers (sinfo).');
			// It may have arrived although no answer came: the name is the attempt's own.
			const arrived = (await find(job.name)).find(({ name }) => name === job.name);
			return arrived ? value(arrived.id) : problem('out_of_reach', `Slurm does not answer: ${said || 'sbatch waited in vain'}`, 'Look at the controller (scontrol ping).');
		},
		state: async (id) => {
			const result = await slurm(['squeue', '-h', '-j', id, '-o', '%T|%r']);
			// A controller that does not answer says nothing about the job; an id that it does not know does.
			if (result.code !== 0 && !/invalid job id/i.test(result.stderr)) return { state: 'unknown' };
			const queued = parseQueue(result.stdout);
			if (queued && queued.state !== 'gone') return queued;
			const detail = queued?.detail ?? (await endOf(id));
			return { state: 'gone', ...(detail ? { detail } : {}) };
		},
		cancel: async (id) => {
			await slurm(['scancel', id]);
		},
		find
	};
}
