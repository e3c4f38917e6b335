import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LaunchSpec } from '../../workers/launchers/launcher.ts';
import { createKubernetes } from '../../workers/launchers/outside/kubernetes.ts';
import { objectName } from '../../workers/launchers/outside/kubernetes-objects.ts';
import { parseKubernetesSettings } from '../../workers/launchers/outside/kubernetes-settings.ts';
import { createOutsideLauncher } from '../../workers/launchers/outside/outside.ts';
import type { SchedulerJob } from '../../workers/launchers/outside/scheduler.ts';
import { startKubernetes } from '../support/kubernetes-server.ts';
import { until } from '../support/worker.ts';

/** The official client against a server that speaks the API's few paths and runs pods as processes; no cluster was at hand. */
let cluster: Awaited<ReturnType<typeof startKubernetes>>;
let dir: string;
const settings = parseKubernetesSettings(JSON.stringify({ namespace: 'alignment', image: 'none', volumes: [{ claim: 'plumbline', path: '/' }] }));
const scheduler = createKubernetes(settings);
/** For calls that never come back: how long they are waited for changes nothing. */
const impatient = createKubernetes(settings, { callMs: 1500 });
/** For calls of which one never comes back and the next must, on a machine that is slow at the moment. */
const patient = createKubernetes(settings, { callMs: 5000 });
/** How long a job lives without a renewal: longer than a machine that is slow at the moment keeps this process from renewing. */
const LEASE_SECONDS = 8;
const JOBS = '/apis/batch/v1/namespaces/alignment/jobs';
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-kubernetes-'));
	cluster = await startKubernetes();
});
afterEach(() => cluster.fail(() => undefined));
afterAll(async () => {
	await cluster?.stop();
	await rm(dir, { recursive: true, force: true });
});

const job = (name: string, argv = ['sleep', '300']): SchedulerJob => ({ name: `plumbline-scope-${name}`, attempt: `${name}.1`, dir, argv, resources: { nodes: 1, gpusPerNode: 0, cpusPerNode: 1 }, masterPort: 20_000, graceSeconds: 1 });
const id = (name: string) => `job/${objectName(`plumbline-scope-${name}`)}`;
const gone = (name: string) => until('its end', async () => (await scheduler.state(id(name))).state === 'gone', 60, () => name);

describe('the API’s answers', { timeout: 180_000 }, () => {
	it('a job is handed over once, read, found, and gone when deleted', async () => {
		const submitted = await scheduler.submit(job('one'));
		expect(submitted).toEqual({ ok: true, value: id('one') });
		expect(await scheduler.state(id('one'))).toEqual({ state: 'running' });
		// The same attempt again: it is there, and nothing else is started.
		expect(await scheduler.submit(job('one'))).toEqual(submitted);
		expect(cluster.pods).toHaveLength(1);
		expect(await scheduler.find('plumbline-scope-')).toEqual([{ id: id('one'), name: 'plumbline-scope-one' }]);
		expect(await scheduler.find('plumbline-other-')).toEqual([]);
		await scheduler.cancel(id('one'));
		await gone('one');
		expect(await scheduler.state(id('one'))).toEqual({ state: 'gone', detail: 'unknown to Kubernetes' });
		await scheduler.cancel(id('one'));
	});

	it('an object of the same name that is not the run’s is not taken for it', async () => {
		await scheduler.submit(job('stranger'));
		const stored = cluster.objects.get(`${JOBS}/${objectName('plumbline-scope-stranger')}`);
		Object.assign(stored?.metadata ?? {}, { annotations: {} });
		expect(await scheduler.submit(job('stranger'))).toMatchObject({ ok: false, problem: { code: 'start_failed', message: expect.stringContaining('not this run’s') } });
		await scheduler.cancel(id('stranger'));
		await gone('stranger');
	});

	it('a job that arrived while its answer did not, or came as 500, is not started twice and not lost', async () => {
		cluster.fail((method) => (method === 'POST' ? 'after' : undefined));
		expect(await patient.submit(job('unsaid'))).toEqual({ ok: true, value: id('unsaid') });
		cluster.fail((method) => (method === 'POST' ? 500 : undefined));
		expect(await scheduler.submit(job('unsaid'))).toEqual({ ok: true, value: id('unsaid') });
		expect(await scheduler.submit(job('never'))).toMatchObject({ ok: false, problem: { code: 'out_of_reach', message: expect.stringMatching(/\(500\): answered 500 by the test/) } });
		cluster.fail(() => undefined);
		await scheduler.cancel(id('unsaid'));
		await gone('unsaid');
	});

	it('silence, 500 and 403 say nothing about a job; 404 does', async () => {
		await scheduler.submit(job('silent'));
		for (const answer of [500, 403, 429]) {
			cluster.fail(() => answer);
			expect([answer, await scheduler.state(id('silent'))]).toEqual([answer, { state: 'unknown' }]);
			expect(await scheduler.find('plumbline-')).toEqual([]);
			await scheduler.cancel(id('silent'));
		}
		// The job is seen, its pods are not: whether it runs is not known.
		cluster.fail((_, path) => (path.endsWith('/pods') ? 403 : undefined));
		expect(await scheduler.state(id('silent'))).toEqual({ state: 'unknown' });
		cluster.fail(() => 'hang');
		expect(await impatient.state(id('silent'))).toEqual({ state: 'unknown' });
		expect(await impatient.submit(job('lost'))).toMatchObject({ ok: false, problem: { code: 'out_of_reach', message: expect.stringMatching(/^The Kubernetes API does not answer \(.*timeout/) } });
		cluster.fail(() => undefined);
		expect(await scheduler.state(id('silent'))).toEqual({ state: 'running' });
		await scheduler.cancel(id('silent'));
		await gone('silent');
	});

	it('says what is wrong: credentials, the namespace, an operator that is not installed, no kubeconfig', async () => {
		const config = process.env.KUBECONFIG;
		process.env.KUBECONFIG = cluster.stranger;
		const stranger = createKubernetes(settings);
		expect(await stranger.submit(job('refused'))).toMatchObject({ ok: false, problem: { code: 'out_of_reach', message: expect.stringMatching(/\(401\)/) } });
		expect(await stranger.state(id('refused'))).toEqual({ state: 'unknown' });
		// Once they are renewed they are read again.
		process.env.KUBECONFIG = config;
		expect(await stranger.state(id('refused'))).toMatchObject({ state: 'gone' });
		process.env.KUBECONFIG = '/nonexistent';
		expect(await createKubernetes(settings).submit(job('nowhere'))).toMatchObject({ ok: false, problem: { code: 'start_failed', message: expect.stringMatching(/no way to Kubernetes/) } });
		process.env.KUBECONFIG = config;
		cluster.fail((method) => (method === 'POST' ? 403 : undefined));
		expect(await scheduler.submit(job('forbidden'))).toMatchObject({ ok: false, problem: { code: 'start_failed', message: expect.stringMatching(/\(403\)/) } });
		cluster.fail((method) => (method === 'POST' ? 404 : undefined));
		expect(await scheduler.submit({ ...job('several'), resources: { nodes: 2, gpusPerNode: 0, cpusPerNode: 1 } })).toMatchObject({ ok: false, problem: { message: 'The cluster knows no PyTorchJob, which several nodes need.' } });
	});
});

describe('a run', { timeout: 180_000 }, () => {
	const launcher = createOutsideLauncher(scheduler, { python: 'python3', scope: 'scope', pollMs: 200 });
	const spec = (name: string, argv: string[], nodes = 1): LaunchSpec => ({ attempt: `${name}.1`, dir: join(dir, name), command: { argv, env: {}, cwd: '/' }, graceSeconds: 1, selfTerminateSeconds: 30, resources: { nodes, gpusPerNode: 0, cpusPerNode: 1 } });

	it('on two nodes is one PyTorchJob, whose watchers tell the engine its place', async () => {
		const submitted = await launcher.submit(spec('two', ['/bin/sh', '-c', 'echo "at $0 of $1:$2"; sleep 1', '{node_rank}', '{master_addr}', '{master_port}'], 2));
		if (!submitted.ok) throw new Error(submitted.problem.message);
		expect(submitted.value.id).toMatch(/^pytorchjob\/plumbline-/);
		expect(await launcher.collect(submitted.value)).toMatchObject({ code: 0, reason: 'exited' });
		await until('the other node', async () => cluster.pods.filter(({ owner }) => owner.kind === 'PyTorchJob').every(({ status }) => status.phase === 'Succeeded'), 60, () => '');
		const logs = await Promise.all(['engine.log', 'engine.1.log'].map((name) => readFile(join(dir, 'two', name), 'utf8')));
		const [port] = cluster.pods.flatMap(({ owner, container }) => (owner.kind === 'PyTorchJob' ? [container.ports?.[0]?.containerPort] : []));
		expect(logs).toEqual([0, 1].map((rank) => `at ${rank} of ${submitted.value.id.split('/')[1]}-master-0:${port}\n`));
	});

	it('is not started a second time when the cluster makes its lost pod anew', async () => {
		const submitted = await launcher.submit(spec('anew', ['/bin/sh', '-c', 'echo once; sleep 300']));
		if (!submitted.ok) throw new Error(submitted.problem.message);
		await until('the engine', () => access(join(dir, 'anew', 'job-state.json')).then(() => true, () => false), 60, () => '');
		const pod = cluster.pods.find(({ owner }) => submitted.value.id.endsWith(owner.metadata.name));
		if (!pod) throw new Error('no pod');
		const first = pod.process;
		cluster.startAgain(pod);
		await until('the second pod', async () => pod.process?.exitCode === 75, 60, () => String(pod.process?.exitCode));
		expect(await readFile(join(dir, 'anew', 'engine.log'), 'utf8')).toBe('once\n');
		first?.kill('SIGTERM');
		expect(await launcher.collect(submitted.value)).toMatchObject({ reason: 'scheduler', message: 'kubernetes: Failed: BackoffLimitExceeded' });
	});

	it('that is to save and end has the time that it was given for as long as somebody renews its lease, or until it is given less', async () => {
		// It hears the wish, and goes on for a while: a line each time that it comes round.
		const deaf = (name: string): LaunchSpec => ({ ...spec(name, ['/bin/sh', '-c', 'trap "echo asked" TERM; while :; do echo on; sleep 0.1; done']), selfTerminateSeconds: LEASE_SECONDS });
		const jobs = await Promise.all(['unrenewed', 'hurried'].map(async (name) => {
			const submitted = await launcher.submit(deaf(name));
			if (!submitted.ok) throw new Error(submitted.problem.message);
			const renewing = setInterval(() => launcher.renew(submitted.value), 300);
			// Its state says that it was started; only its first line says that it hears.
			await until('the engine', async () => (await readFile(join(dir, name, 'engine.log'), 'utf8').catch(() => '')).includes('on'), 60, () => name);
			return { job: submitted.value, renewing };
		}));
		const [unrenewed, hurried] = [jobs[0] ?? expect.fail('no job'), jobs[1] ?? expect.fail('no job')];
		/** Lines that each engine has written since it was asked to end; null before that. */
		const sinceAsked = () => Promise.all(['unrenewed', 'hurried'].map(async (name) => {
			const lines = (await readFile(join(dir, name, 'engine.log'), 'utf8')).split('\n');
			return lines.includes('asked') ? lines.slice(lines.indexOf('asked')).filter((line) => line === 'on').length : null;
		}));
		const ended = (name: string) => access(join(dir, name, 'exit.json')).then(() => true, () => false);
		try {
			const ending = jobs.map(({ job }) => launcher.cancel(job, { graceSeconds: 600 }));
			await until('both are asked', async () => (await sinceAsked()).every((lines) => lines !== null), 60, () => '');
			// Longer than it lives without a renewal. Of time and not of lines: how many a busy machine writes in it is its own affair.
			await sleep((LEASE_SECONDS + 2) * 1000);
			const before = await sinceAsked();
			await until('they still work', async () => (await sinceAsked()).every((lines, i) => (lines ?? 0) > (before[i] ?? 0)), 60, () => before);
			expect([await ended('unrenewed'), await ended('hurried')]).toEqual([false, false]);
			clearInterval(unrenewed.renewing);
			await launcher.cancel(hurried.job, { graceSeconds: 0 });
			await Promise.all(ending);
			for (const { job } of jobs) expect(await launcher.collect(job)).toMatchObject({ signal: 'SIGKILL', reason: 'stopped' });
			// Whatever came after the first wish, nobody asked a second time.
			for (const name of ['unrenewed', 'hurried']) expect((await readFile(join(dir, name, 'engine.log'), 'utf8')).match(/^asked$/gm)).toHaveLength(1);
		} finally {
			for (const { renewing } of jobs) clearInterval(renewing);
		}
	});

	it('whose submission failed leaves word that nothing of it may begin', async () => {
		cluster.fail(() => 500);
		expect(await launcher.submit(spec('unheard', ['true']))).toMatchObject({ ok: false });
		expect(await readFile(join(dir, 'unheard', 'stop'), 'utf8')).toBe('0');
	});
});
