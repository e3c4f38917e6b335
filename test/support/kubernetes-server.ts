import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

type Labels = Record<string, string>;
type Container = { command: string[]; workingDir: string; env: { name: string; value: string }[]; ports?: { containerPort: number }[]; resources: { requests: { cpu: string } } };
type Template = { metadata: { labels: Labels }; spec: { containers: [Container] } };
type Stored = { kind: string; metadata: { name: string; labels: Labels }; spec: { template?: Template; pytorchReplicaSpecs?: Record<'Master' | 'Worker', { replicas: number; template: Template }> }; status: { conditions: { type: string; status: string; reason?: string }[] } };
type Pod = { metadata: { name: string; labels: Labels }; status: { phase: string; reason?: string; conditions?: object[] }; container: Container; env: Labels; owner: Stored; process?: ChildProcess };

/** Answers a call otherwise than the server would: a status, or never. */
export type Fault = (method: string, path: string) => number | 'hang' | 'after' | undefined;

const TOKEN = 'of-the-test';

/**
 * The paths of the Kubernetes API that jobs need, over HTTP, with objects in memory. A pod is a process of this host:
 * its container's command with the container's environment, ended by TERM when its object is deleted. Points
 * KUBECONFIG at itself.
 * @param cpus how much there is for pods; what does not fit is pending
 */
export async function startKubernetes(cpus = 2) {
	const objects = new Map<string, Stored>();
	const pods: Pod[] = [];
	const calls: string[] = [];
	let fault: Fault = () => undefined;
	const running = () => pods.filter(({ status }) => status.phase === 'Running');
	const podsOf = (owner: Stored) => pods.filter((pod) => pod.owner === owner);

	function start(pod: Pod): void {
		const [program = '', ...args] = pod.container.command;
		const child = spawn(program, args, { cwd: pod.container.workingDir, stdio: 'ignore', env: { PATH: process.env.PATH, ...pod.env, ...Object.fromEntries(pod.container.env.map(({ name, value }) => [name, value])) } });
		pod.process = child;
		pod.status = { phase: 'Running' };
		child.once('error', () => over(pod, 128));
		child.once('exit', (code) => over(pod, code ?? 137));
	}
	function over(pod: Pod, code: number): void {
		pod.status = { ...pod.status, phase: code === 0 ? 'Succeeded' : 'Failed' };
		const all = podsOf(pod.owner);
		const job = pod.owner.kind === 'Job';
		if (code !== 0) pod.owner.status.conditions = [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }];
		else if (all.every(({ status }) => status.phase === 'Succeeded')) pod.owner.status.conditions = [{ type: job ? 'Complete' : 'Succeeded', status: 'True' }];
		schedule();
	}
	function schedule(): void {
		for (const pod of pods.filter(({ status }) => status.phase === 'Pending')) {
			const taken = running().reduce((sum, { container }) => sum + Number(container.resources.requests.cpu), 0);
			if (taken + Number(pod.container.resources.requests.cpu) <= cpus) start(pod);
			else pod.status.conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient cpu.' }];
		}
	}
	function add(owner: Stored, { metadata, spec }: Template, rank: number): void {
		const [container] = spec.containers;
		// What Kubeflow's operator sets in each pod of several.
		const env: Labels = owner.kind === 'Job' ? {} : { RANK: String(rank), MASTER_ADDR: `${owner.metadata.name}-master-0`, MASTER_PORT: String(container.ports?.[0]?.containerPort) };
		pods.push({ metadata: { name: `${owner.metadata.name}-${rank}`, labels: metadata.labels }, status: { phase: 'Pending' }, container, env, owner });
	}
	function create(stored: Stored): void {
		stored.status = { conditions: [] };
		const { template, pytorchReplicaSpecs: replicas } = stored.spec;
		if (template) add(stored, template, 0);
		if (replicas) for (let rank = 0; rank <= replicas.Worker.replicas; rank++) add(stored, rank === 0 ? replicas.Master.template : replicas.Worker.template, rank);
		schedule();
	}
	async function remove(path: string, stored: Stored): Promise<void> {
		for (const pod of podsOf(stored)) {
			const { process: child } = pod;
			if (child && child.exitCode === null && child.signalCode === null) {
				child.kill('SIGTERM');
				await new Promise((resolve) => child.once('exit', resolve));
			}
			pods.splice(pods.indexOf(pod), 1);
		}
		objects.delete(path);
		schedule();
	}

	const selected = (url: URL) => {
		const wanted = (url.searchParams.get('labelSelector') ?? '').split('=');
		return ({ metadata }: { metadata: { labels: Labels } }) => metadata.labels[wanted[0] ?? ''] === wanted[1];
	};
	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '/', 'http://api');
		const { method = 'GET' } = request;
		calls.push(`${method} ${url.pathname}`);
		const say = (status: number, body: object) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		const refuse = (code: number, message: string) => say(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message });
		let text = '';
		for await (const chunk of request) text += String(chunk);
		if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'Unauthorized');
		const wrong = fault(method, url.pathname);
		if (wrong === 'hang') return;
		if (typeof wrong === 'number') return refuse(wrong, `answered ${wrong} by the test`);
		if (url.pathname.endsWith('/pods')) return say(200, { kind: 'PodList', apiVersion: 'v1', items: pods.filter(selected(url)).map(({ metadata, status }) => ({ metadata, status })) });
		if (method === 'POST') {
			const stored = JSON.parse(text) as Stored;
			const path = `${url.pathname}/${stored.metadata.name}`;
			if (objects.has(path)) return refuse(409, `"${stored.metadata.name}" already exists`);
			objects.set(path, stored);
			create(stored);
			// It arrived, and the answer did not.
			return wrong === 'after' ? undefined : say(201, stored);
		}
		const stored = objects.get(url.pathname);
		if (!stored && /\/(jobs|pytorchjobs)$/.test(url.pathname)) return say(200, { items: [...objects].filter(([path]) => path.startsWith(`${url.pathname}/`)).map(([, each]) => each).filter(selected(url)) });
		if (!stored) return refuse(404, 'not found');
		if (method === 'DELETE') void remove(url.pathname, stored);
		return say(200, stored);
	}

	const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const dir = await mkdtemp(join(tmpdir(), 'kubernetes-'));
	const { port } = server.address() as AddressInfo;
	const kubeconfig = (token: string) => JSON.stringify({
		apiVersion: 'v1', kind: 'Config', 'current-context': 'test', contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
		clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }], users: [{ name: 'test', user: { token } }]
	});
	await writeFile(join(dir, 'config'), kubeconfig(TOKEN));
	await writeFile(join(dir, 'stranger'), kubeconfig('wrong'));
	const before = process.env.KUBECONFIG;
	process.env.KUBECONFIG = join(dir, 'config');
	return {
		/** A kubeconfig that the server does not know. */
		stranger: join(dir, 'stranger'),
		calls,
		objects,
		pods,
		fail: (how: Fault) => void (fault = how),
		/** What a controller does that finds a pod missing. */
		startAgain: (pod: Pod) => start(pod),
		stop: async () => {
			for (const { process: child } of pods) child?.kill('SIGTERM');
			for (let tries = 0; running().length > 0 && tries < 50; tries++) await sleep(100);
			if (before === undefined) delete process.env.KUBECONFIG;
			else process.env.KUBECONFIG = before;
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await rm(dir, { recursive: true, force: true });
		}
	};
}
