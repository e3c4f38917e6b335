import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { availableParallelism, hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../workers/process/run.ts';

/** A Slurm of one node, in a folder of its own. */
export type SlurmCluster = { stop: () => Promise<void>; /** Kills its controller. */ silence: () => void };

async function freePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
		const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
	})));
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
	return ports;
}

/**
 * Starts a real Slurm (Debian's slurm-wlm and munge) without systemd, accounting or cgroups, and points `SLURM_CONF` at it.
 * @throws when the packages are not there, with what installs them
 */
export async function startSlurm(): Promise<SlurmCluster> {
	if ((await run(['slurmctld', '-V'])).code !== 0 || (await run(['munged', '--version'])).code !== 0) throw new Error('Slurm is not installed: apt-get install slurm-wlm munge');
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-slurm-'));
	await chmod(dir, 0o755);
	const [ctldPort, slurmdPort] = await freePorts(2);
	const host = hostname().split('.')[0];
	for (const name of ['state', 'spool', 'log']) await mkdir(join(dir, name));
	await writeFile(join(dir, 'munge.key'), randomBytes(1024), { mode: 0o600 });
	const socket = join(dir, 'munge.socket');
	const conf = join(dir, 'slurm.conf');
	await writeFile(conf, [
		'ClusterName=plumbline', `SlurmctldHost=${host}(127.0.0.1)`, `SlurmUser=${userInfo().username}`, `SlurmdUser=${userInfo().username}`,
		'AuthType=auth/munge', `AuthInfo=socket=${socket}`, 'CredType=cred/munge', 'MpiDefault=none', 'ProctrackType=proctrack/pgid', 'TaskPlugin=task/none', 'ReturnToService=2',
		`SlurmctldPort=${ctldPort}`, `SlurmdPort=${slurmdPort}`, `StateSaveLocation=${join(dir, 'state')}`, `SlurmdSpoolDir=${join(dir, 'spool')}`,
		`SlurmctldPidFile=${join(dir, 'slurmctld.pid')}`, `SlurmdPidFile=${join(dir, 'slurmd.pid')}`, `SlurmctldLogFile=${join(dir, 'log', 'slurmctld.log')}`, `SlurmdLogFile=${join(dir, 'log', 'slurmd.log')}`,
		'SchedulerType=sched/backfill', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_CPU', 'AccountingStorageType=accounting_storage/none', 'JobAcctGatherType=jobacct_gather/none', 'KillWait=5', 'MinJobAge=300',
		`NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} RealMemory=1000 State=UNKNOWN`, `PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP`, ''
	].join('\n'));
	process.env.SLURM_CONF = conf;
	const children: ChildProcess[] = [];
	const start = (argv: string[]) => {
		const [program = '', ...args] = argv;
		const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, SLURM_CONF: conf } });
		children.push(child);
		return child;
	};
	const stop = async () => {
		for (const child of children.toReversed()) {
			if (child.exitCode !== null || child.signalCode !== null) continue;
			child.kill('SIGTERM');
			await Promise.race([new Promise((resolve) => child.once('exit', resolve)), sleep(5000).then(() => child.kill('SIGKILL'))]);
		}
		delete process.env.SLURM_CONF;
		await rm(dir, { recursive: true, force: true });
	};
	start(['munged', '--foreground', '--force', `--key-file=${join(dir, 'munge.key')}`, `--socket=${socket}`, `--pid-file=${join(dir, 'munged.pid')}`, `--log-file=${join(dir, 'log', 'munged.log')}`, `--seed-file=${join(dir, 'munged.seed')}`]);
	await sleep(500);
	const controller = start(['slurmctld', '-D', '-c', '-f', conf]);
	start(['slurmd', '-D', '-f', conf]);
	for (const deadline = Date.now() + 30_000; ; await sleep(300)) {
		if (/idle/.test((await run(['sinfo', '-h', '-o', '%T'])).stdout)) return { stop, silence: () => void controller.kill('SIGKILL') };
		if (Date.now() > deadline) {
			const log = await run(['tail', '-n', '20', join(dir, 'log', 'slurmctld.log'), join(dir, 'log', 'slurmd.log')]);
			await stop();
			throw new Error(`Slurm did not get ready:\n${log.stdout}`);
		}
	}
}
