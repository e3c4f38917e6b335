import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { createImportSource } from '#lib/server/usecases/put-import-source.ts';
import { readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { tokenOf } from '../support/api.ts';
import { commandLine, ended } from '../support/command-line.ts';
import type { CommandLine } from '../support/command-line.ts';
import { importedSnapshot, paperWorker, playOnPaper } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let server: Server;
let home: string;
let plumbline: CommandLine;
const GOLDEN = fileURLToPath(new URL('../golden', import.meta.url));
const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_IMPORT_ROOTS: `golden=${GOLDEN}` });
	server = await startServer(world);
	home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
	plumbline = commandLine(home);
}, 120_000);
afterAll(async () => {
	await server?.stop();
	await world?.close();
	await rm(home, { recursive: true, force: true });
});

describe('signing in', () => {
	it('asks for a token first, and keeps none that the server does not take', async () => {
		expect(await plumbline.run(['whoami'])).toMatchObject({ code: 3, out: '', err: expect.stringContaining('plumbline login') });
		expect(await plumbline.run(['login', server.origin], { stdin: 'plb_wrong\n' })).toMatchObject({ code: 3 });
		expect(await plumbline.run(['login', 'ftp://x'], { stdin: 'x' })).toMatchObject({ code: 2 });
		expect(await readdir(home)).toEqual([]);
	});

	it('keeps the token where only its owner reads it, and refuses a file that others may read', async () => {
		const token = await tokenOf(world, world.admin);
		expect(await plumbline.run(['login', server.origin], { stdin: `${token}\n` })).toMatchObject({ code: 0 });
		const file = join(home, 'plumbline', 'credentials.json');
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect(await plumbline.json(['whoami'])).toMatchObject({ isAdmin: true, address: server.origin });
		await chmod(file, 0o644);
		expect(await plumbline.run(['whoami'])).toMatchObject({ code: 3, err: expect.stringContaining('chmod 600') });
		await chmod(file, 0o600);
		// A kept token goes to its own server alone.
		expect(await plumbline.run(['whoami', '--server', 'http://127.0.0.1:9'])).toMatchObject({ code: 3 });
	});

	it('takes address and token from the environment, and says when nobody answers', async () => {
		const env = { PLUMBLINE_URL: 'http://127.0.0.1:9', PLUMBLINE_TOKEN: 'plb_x' };
		expect(await plumbline.run(['user', 'add', 'a@firm.example', 'A', '--json'], { env })).toMatchObject({ code: 4, out: '', err: expect.stringContaining('"code":"unreachable"') });
	});
});

describe('a whole round by script', () => {
	it('makes the project, its people and a token that may do one thing', async () => {
		expect(await plumbline.run(['project', 'create', 'tenancy', '--overlap', '1', '--name', 'Tenancy law'])).toMatchObject({ code: 0, err: '' });
		// Its lot is drawn at random, and one round in 800 would have no question to test on.
		await world.query(`update projects set seed = 'cli', split_salt = 'cli' where slug = 'tenancy' returning 1`);
		const made = await plumbline.json<{ id: string; passwordLink: string }>(['user', 'add', 'ada@firm.example', 'Ada']);
		expect(made.passwordLink).toMatch(new RegExp(`^${server.origin}/password/[\\w-]+$`, 'u'));
		expect(await plumbline.json(['project', 'member', 'tenancy', 'ADA@firm.example', 'annotator'])).toEqual({ userId: made.id, role: 'annotator' });
		const issued = await plumbline.json<{ id: string; token: string }>(['token', 'create', '--name', 'reads', '--scope', 'round.read', '--expires', '1h']);
		const env = { PLUMBLINE_URL: server.origin, PLUMBLINE_TOKEN: issued.token };
		expect(await plumbline.run(['round', 'show', 'tenancy'], { env })).toMatchObject({ code: 0, out: expect.stringContaining('Round 1') });
		expect(await plumbline.run(['snapshot', 'create', 'tenancy', '--json'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('scope_missing') });
		expect((await plumbline.run(['token', 'list'])).out).toContain('round.read');
		expect(await plumbline.run(['token', 'revoke', issued.id])).toMatchObject({ code: 0 });
		expect(await plumbline.run(['whoami'], { env })).toMatchObject({ code: 3 });
	});

	it('brings rows in: looked over, refused by line and field, taken', async () => {
		const file = join(home, 'pairs.jsonl');
		await writeFile(file, `${lines(pairRows(2))}\n{"prompt":7}`);
		expect(await plumbline.run(['import', 'tenancy', file])).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/line 3/u) });
		await writeFile(file, lines(comparisonRows(30)));
		const scanned = await plumbline.json<{ id: string; accepted: number }>(['import', 'tenancy', file, '--dry-run']);
		expect(scanned).toMatchObject({ status: 'scanned', found: { format: 'jsonl' } });
		expect(await plumbline.json(['import', 'publish', scanned.id])).toMatchObject({ accepted: scanned.accepted });
		// The same again, through a pipe: nothing new.
		const piped = await plumbline.run(['import', 'tenancy', '-', '--json'], { stdin: lines(comparisonRows(30)) });
		expect(JSON.parse(piped.out)).toMatchObject({ status: 'published', accepted: 0 });
		expect((await plumbline.run(['import', 'list', 'tenancy'])).out.split('\n')).toHaveLength(4);
	});

	it('is told which column of a table is what, and takes back what was taken', async () => {
		const file = join(home, 'judged.csv');
		await writeFile(file, 'Frage;Eins;Zwei;Sieger\nWelche?;A;B;B\n');
		expect(await plumbline.run(['import', 'tenancy', file, '--map', 'question=Frage'])).toMatchObject({ code: 2, err: expect.stringContaining('prompt, chosen') });
		const map = ['prompt=frage', 'answerA=eins', 'answerB=zwei', 'verdict=sieger'].flatMap((one) => ['--map', one]);
		const { out } = await plumbline.run(['import', 'tenancy', file, '--dry-run']);
		expect(out).toMatch(/not read {3}.*sieger/u);
		expect(await plumbline.run(['import', 'tenancy', file, '--dry-run', ...map])).toMatchObject({ code: 0, out: expect.stringContaining('verdict=sieger') });
		const taken = await plumbline.json<{ id: string }>(['import', 'tenancy', file, ...map]);
		expect(taken).toMatchObject({ accepted: 1, found: { shape: 'columns', labels: 1 } });
		expect((await plumbline.run(['import', 'discard', taken.id])).out).toMatch(/gone:\n {2}questions {4}1\n {2}comparisons {2}1\n {2}judgments {4}1/u);
	});

	it('brings in a file of a folder that the administrator offers', async () => {
		expect(await plumbline.run(['import', 'tenancy', '--from', 'Golden', 'x'])).toMatchObject({ code: 1, err: expect.stringContaining('administrator') });
		valueOf(await createImportSource(world.app, world.admin, { name: 'Golden', projects: ['tenancy'], kind: 'folder', root: 'golden' }));
		const workerId = await paperWorker(world);
		const child = plumbline.start(['import', 'tenancy', '--from', 'Golden', 'desensitisation/en.txt', '--dry-run', '--json']);
		while (!(await readNextFromSource(world.app, workerId, new AbortController().signal))) await sleep(100);
		const { code, out } = await ended(child);
		const scanned = JSON.parse(out) as { id: string };
		expect([code, scanned]).toMatchObject([0, { status: 'scanned', fileName: 'en.txt', origin: { source: 'Golden' } }]);
		expect(await plumbline.json(['import', 'discard', scanned.id])).toMatchObject({ discarded: true });
	});

	it('waits for people as long as it is told', async () => {
		expect(await plumbline.run(['round', 'wait', 'tenancy', '--timeout', '1s', '--json'])).toMatchObject({ code: 5, err: expect.stringContaining('0 of 30') });
	});

	it('plays the round once people have judged, and signs the decision', async () => {
		// Who trains here decides too: the owner said that one pair of eyes is enough.
		valueOf(await putGate(world.app, world.admin, { slug: 'tenancy', fourEyes: false }));
		const child = plumbline.start(['round', 'play', 'tenancy', '--objective', 'dpo', '--set', 'maxSteps=10', '--set', 'saveSteps=5', '--decide', 'promote', '--reason', 'Careful.', '--json'], { PLUMBLINE_PASSWORD: PASSWORD });
		const judge = await world.person('judge', { slug: 'tenancy', role: 'annotator' });
		for (let task = await claimTask(world.app, judge, { slug: 'tenancy' }); task.ok && task.value; task = await claimTask(world.app, judge, { slug: 'tenancy' })) {
			valueOf(await submitJudgment(world.app, judge, { taskId: task.value.taskId, leaseToken: task.value.leaseToken, verdict: 'left' }));
		}
		const workerId = await paperWorker(world);
		let run: { id: string } | undefined;
		while (!run && child.exitCode === null) {
			[run] = await world.query<{ id: string }>('select id from runs');
			await sleep(50);
		}
		const checkpointId = await playOnPaper(world, run?.id ?? '', workerId);
		const done = await ended(child);
		expect(done).toMatchObject({ code: 0, err: '' });
		expect(JSON.parse(done.out)).toMatchObject({ round: 1, run: { id: run?.id, recipe: { maxSteps: 10 } }, checkpoint: { id: checkpointId, evaluation: { status: 'succeeded' } }, decision: 'promote' });
		expect(await world.query('select decision from decisions')).toEqual([{ decision: 'promote' }]);
		const signing = { env: { PLUMBLINE_PASSWORD: PASSWORD } };
		expect(await plumbline.run(['round', 'decide', checkpointId, 'reject', '--reason', 'x'], { env: { PLUMBLINE_PASSWORD: 'somebody else’s' } })).toMatchObject({ code: 1, err: expect.stringContaining('password') });
		expect(await plumbline.run(['round', 'sign', checkpointId], signing)).toMatchObject({ code: 1, err: expect.stringContaining('waits for a signature') });
		expect((await plumbline.run(['round', 'show', 'tenancy'])).out).toMatch(/Round 1 +decided[\s\S]*Round 2 +collecting/u);
	}, 180_000);

	it('tries settings around a run, and puts a stage before one', async () => {
		const { slug, id: projectId } = await world.project();
		await world.query(`update projects set split_shares = '{"train": 0.4, "dev": 0.5, "test": 0.1}' where id = '${projectId}' returning 1`);
		valueOf(await world.importRows(slug, pairRows(60)));
		const snapshot = await importedSnapshot(world, slug);
		expect(await plumbline.run(['sweep', 'start', slug, '--snapshot', snapshot, '--try', 'gpus=1,2'])).toMatchObject({ code: 1, err: expect.stringContaining('gpus') });
		const swept = await plumbline.json<{ id: string; runs: string[] }>(['sweep', 'start', slug, '--snapshot', snapshot, '--set', 'maxSteps=10', '--set', 'saveSteps=5', '--try', 'beta=0.05,0.1', '--try', 'loraRank=8,16', '--label', 'npu']);
		expect((await plumbline.run(['run', 'show', swept.runs[0] ?? ''])).out).toMatch(/is queued: no worker /u);
		expect(swept.runs).toHaveLength(4);
		expect((await plumbline.run(['sweep', 'list', slug])).out).toMatch(/dpo +4 queued/u);
		expect(await plumbline.run(['sweep', 'cancel', swept.id])).toMatchObject({ code: 0, out: expect.stringContaining('4 runs') });
		expect(await plumbline.run(['sweep', 'follow', swept.id])).toMatchObject({ code: 1, err: expect.stringContaining('No run') });
		const shown = (await plumbline.run(['sweep', 'show', swept.id])).out.trim().split('\n');
		expect(shown).toHaveLength(4);
		expect(shown[3]).toMatch(/cancelled +beta 0\.1, loraRank 16/u);

		const accepted = await importedSnapshot(world, slug, 'sft');
		expect(await plumbline.run(['run', 'start', slug, '--snapshot', snapshot, '--first-set', 'maxSteps=10'])).toMatchObject({ code: 2, err: expect.stringContaining('--first') });
		const run = await plumbline.json<{ status: string; stages: string[] }>(['run', 'start', slug, '--snapshot', snapshot, '--set', 'maxSteps=10', '--set', 'saveSteps=5', '--first', accepted, '--first-set', 'maxSteps=6', '--first-set', 'saveSteps=3']);
		expect(run).toMatchObject({ status: 'waiting', stages: [expect.any(String)] });
		expect(await plumbline.run(['run', 'start', slug, '--snapshot', snapshot, '--priority', '1e9'])).toMatchObject({ code: 2, err: expect.stringContaining('-100 to 100') });
		expect((await plumbline.run(['run', 'show', run.stages[0] ?? ''])).out).toMatch(/sft[\s\S]*step +0 of 6/u);
	}, 180_000);

	it('saves a rule under a name and freezes by it, and takes no settings beside it', async () => {
		const rule = join(home, 'rule.json');
		await writeFile(rule, JSON.stringify({ includeImports: true, maxChars: 5000 }));
		expect(await plumbline.json(['snapshot', 'save-rule', 'tenancy', 'As agreed', '--rule', rule])).toEqual({ name: 'As agreed', version: 1, added: true });
		expect(await plumbline.run(['snapshot', 'save-rule', 'tenancy', 'As agreed', '--rule', rule])).toMatchObject({ code: 0, out: expect.stringContaining('already') });
		expect(await plumbline.run(['snapshot', 'rules', 'tenancy', 'As agreed'])).toMatchObject({ code: 0, out: expect.stringMatching(/As agreed\s+version 1\s+dpo/u) });
		expect(await plumbline.run(['snapshot', 'create', 'tenancy', '--rules', 'As agreed', '--no-rewrites'])).toMatchObject({ code: 2 });
		expect(await plumbline.run(['snapshot', 'create', 'tenancy', '--rules', 'Nobody knows'])).toMatchObject({ code: 1, err: expect.stringContaining('Nobody knows') });
	});

	it('takes the snapshot out whole, under the server’s name, and stops when it has been read enough', async () => {
		const { snapshots } = await plumbline.json<{ snapshots: { id: string; sha256: string; rows: { train: number }; files: { name: string; sha256: string }[] }[] }>(['snapshot', 'list', 'tenancy']);
		const [snapshot] = snapshots;
		const folder = await mkdtemp(join(home, 'out-'));
		const taken = await plumbline.json<{ path: string; sha256: string }>(['export', snapshot?.id ?? '', '-o', folder]);
		expect(taken.sha256).toBe(snapshot?.files.find(({ name }) => name === 'train')?.sha256);
		expect((await readFile(taken.path, 'utf8')).trimEnd().split('\n')).toHaveLength(snapshot?.rows.train ?? -1);
		expect(await plumbline.run(['export', snapshot?.id ?? '', '--format', 'parquet', '-o', join(folder, 'rows.parquet')])).toMatchObject({ code: 0 });
		expect((await readdir(folder)).sort()).toEqual(['rows.parquet', `train-${snapshot?.sha256.slice(0, 12) ?? ''}.jsonl`].sort());
		const piped = plumbline.start(['export', snapshot?.id ?? '', '-o', '-']);
		piped.stdout?.destroy();
		const [code] = (await once(piped, 'exit')) as [number];
		expect(code).toBe(0);
		expect(await plumbline.run(['export', snapshot?.id ?? '', '--format', 'docx'])).toMatchObject({ code: 2, err: expect.stringContaining('llama-factory') });
	});

	it('queues, shows and stops a run', async () => {
		const { snapshots } = await plumbline.json<{ snapshots: { id: string }[] }>(['snapshot', 'list', 'tenancy']);
		const snapshot = snapshots[0]?.id ?? '';
		expect(await plumbline.run(['run', 'start', 'tenancy', '--snapshot', snapshot, '--set', 'maxSteps=0'])).toMatchObject({ code: 1, err: expect.stringContaining('maxSteps') });
		const { id } = await plumbline.json<{ id: string }>(['run', 'start', 'tenancy', '--snapshot', snapshot]);
		expect(await plumbline.run(['run', 'follow', id, '--timeout', '1s'])).toMatchObject({ code: 5, out: '' });
		expect(await plumbline.run(['run', 'cancel', id])).toMatchObject({ code: 0 });
		expect(await plumbline.run(['run', 'follow', id, '--json'])).toMatchObject({ code: 1, err: expect.stringContaining('run_cancelled') });
	});

	it('has models answer: looked over, queued, stopped', async () => {
		const [base] = await world.query<{ id: string }>(`select id from checkpoints where kind = 'base'`);
		const from = ['--from', `checkpoint:${base?.id ?? ''}`, '--samples', '2', '--limit', '3', '--temperature', '0.2', '--temperature', '0.9'];
		expect(await plumbline.json(['generate', 'tenancy', ...from, '--dry-run'])).toMatchObject({ prompts: 3, answers: 12 });
		const { id } = await plumbline.json<{ id: string }>(['generate', 'start', 'tenancy', ...from]);
		expect((await plumbline.run(['generate', 'list', 'tenancy'])).out).toContain(id);
		expect(await plumbline.run(['generate', 'cancel', id])).toMatchObject({ code: 0 });
		expect(await plumbline.run(['generate', 'follow', id, '--json'])).toMatchObject({ code: 1, err: expect.stringContaining('generation_cancelled') });
		expect(await plumbline.run(['generate', 'tenancy', '--from', 'gpt'])).toMatchObject({ code: 2 });
		expect(await plumbline.run(['generate', 'tenancy', '--from', 'endpoint:gpt'])).toMatchObject({ code: 1, err: expect.stringContaining('none') });
	});
});
