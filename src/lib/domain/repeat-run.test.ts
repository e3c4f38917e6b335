import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptToRepeat, repeatedCommand, repeatScript, shellWord } from './repeat-run.ts';
import type { RepeatFacts, StartedAttempt } from './repeat-run.ts';

const ARGV = ['/opt/engine/bin/python', '/opt/engine/lib/swift/cli/rlhf.py', '--rlhf_type', 'dpo', '--model', '/models/base', '--target_modules', 'q_proj', 'v_proj', '--target_regex', "model\\.(a|b)'s", '--dataset', '/data/1/train.jsonl', '--output_dir', '/data/1/output', '--add_version', 'false', '--seed', '42', '--adapters', '/data/1/parent', '--ref_adapters', '/data/1/parent'];
const attempt = (number: number, more: Partial<StartedAttempt> = {}): StartedAttempt => ({ number, argv: ARGV, env: { OMP_NUM_THREADS: '2', CUDA_VISIBLE_DEVICES: '' }, rowPlan: null, engineVersions: { python: '3.11.9', torch: '2.13.0+cpu', 'ms-swift': '4.6.0' }, ...more });
const adapter = { id: 'c1', name: 'r1-dpo-1', kind: 'adapter' as const, isReward: false, sha256: 'b'.repeat(64), files: [{ path: 'adapter_model.safetensors', sha256: 'c'.repeat(64) }] };
const facts = (more: Partial<RepeatFacts> = {}): RepeatFacts => ({
	origin: 'https://plumbline.firm.example',
	project: 'tenancy',
	run: { id: '01990000-0000-7000-8000-000000000001', objective: 'dpo', attempts: 1 },
	attempt: { number: 1, argv: ARGV, env: attempt(1).env ?? {}, versions: attempt(1).engineVersions ?? {}, rowPlan: null },
	data: { snapshotId: 's1', sha256: 'a'.repeat(64) },
	base: { name: 'base', sha256: 'd'.repeat(64), folder: '/models/base' },
	parent: adapter,
	merged: false,
	...more
});

describe('attemptToRepeat', () => {
	it('is the newest that began at the start', () => {
		const resumed = attempt(3, { argv: [...ARGV, '--resume_from_checkpoint', '/data/2/output/checkpoint-3'] });
		expect(attemptToRepeat([attempt(1), attempt(2), resumed])?.number).toBe(2);
		expect(attemptToRepeat([resumed])).toBeNull();
		expect(attemptToRepeat([attempt(1), attempt(2, { argv: null })])?.number).toBe(1);
		expect(attemptToRepeat([attempt(1, { env: null })])).toBeNull();
	});
});

describe('the command of a repeat', () => {
	it('has every argument, the folders of the host that trained as variables', () => {
		expect(repeatedCommand(facts())).toEqual([
			'"$PYTHON" "$CLI/rlhf.py"', '--rlhf_type dpo', '--model "$BASE"', '--target_modules q_proj v_proj', `--target_regex 'model\\.(a|b)'\\''s'`, '--dataset "$ROWS"', '--output_dir "$OUT"', '--add_version false', '--seed 42',
			'--adapters "$PARENT"', '--ref_adapters "$PARENT"'
		]);
		const text = repeatedCommand(facts()).join(' ');
		for (const folder of ['/data/1', '/opt/engine', '/models/base']) expect(text).not.toContain(folder);
	});
	it('trains a whole parent, or one that was merged before', () => {
		const own = ['/p', '/x/swift/cli/rlhf.py', '--model', '/data/1/parent', '--ref_model', '/models/base'];
		const started = { ...facts().attempt, argv: own };
		expect(repeatedCommand(facts({ attempt: started, parent: { ...adapter, kind: 'full' } }))).toEqual(['"$PYTHON" "$CLI/rlhf.py"', '--model "$PARENT"', '--ref_model "$BASE"']);
		const merged = repeatScript(facts({ attempt: started, merged: true }));
		expect(merged).toContain('--model "$MERGED"');
		expect(merged).not.toContain('seq_cls');
		expect(repeatScript(facts({ attempt: started, merged: true, parent: { ...adapter, isReward: true } }))).toContain('--merge_lora true --task_type seq_cls --num_labels 1 --output_dir "$MERGED"');
		expect(merged.indexOf('--merge_lora true')).toBeLessThan(merged.indexOf('--model "$MERGED"'));
	});
	it('writes to no tracker', () => {
		expect(repeatedCommand(facts({ attempt: { ...facts().attempt, argv: ['/p', '/x/swift/cli/rlhf.py', '--report_to', 'mlflow'] } })).at(-1)).toBe('--report_to none');
	});
	it('leaves the places of several machines to each of them', () => {
		const argv = ['/p', '-m', 'torch.distributed.run', '--nproc_per_node', '2', '--node_rank', '{node_rank}', '--master_addr', '{master_addr}', '/x/swift/cli/_megatron/rlhf.py', '--model', '/m'];
		expect(repeatedCommand(facts({ parent: null, attempt: { ...facts().attempt, argv } }))).toEqual([
			'"$PYTHON" -m torch.distributed.run', '--nproc_per_node 2', '--node_rank "${NODE_RANK:?which of the machines this is, from 0}"', '--master_addr "${MASTER_ADDR:?address of machine 0}" "$CLI/_megatron/rlhf.py"', '--model "$BASE"'
		]);
	});
});

describe('the script of a repeat', () => {
	it('holds hashes and versions, asks for a token and has none', () => {
		const script = repeatScript(facts());
		for (const part of ['a'.repeat(64), 'b'.repeat(64), 'd'.repeat(64), '"ms-swift":"4.6.0"', 'export OMP_NUM_THREADS=2\n', 'export CUDA_VISIBLE_DEVICES=\n', '/snapshots/s1/data?format=ms-swift&split=train&frozen=true"', '/checkpoints/c1/files?path=']) expect(script).toContain(part);
		expect(script).not.toMatch(/Bearer [^"]/);
		expect(repeatScript(facts({ attempt: { ...facts().attempt, env: { CUDA_VISIBLE_DEVICES: '3' } } }))).not.toContain('CUDA_VISIBLE_DEVICES');
	});
	it('is held to the packages that train: not to a tracker, and to DeepSpeed only where it was used', () => {
		const versions = { ...attempt(1).engineVersions, mlflow: '3.1.0', deepspeed: '0.18.2' };
		const known = (argv: readonly string[]) => /"versions":(\{[^}]*\})/.exec(repeatScript(facts({ attempt: { ...facts().attempt, argv, versions } })))?.[1] ?? '';
		expect(JSON.parse(known(ARGV))).toEqual(attempt(1).engineVersions);
		expect(JSON.parse(known([...ARGV, '--deepspeed', 'zero2']))).toEqual({ ...attempt(1).engineVersions, deepspeed: '0.18.2' });
	});
	it('lets no address and no variable’s name say more to the shell', () => {
		const script = repeatScript(facts({ origin: 'https://a$(touch /tmp/x)"', attempt: { ...facts().attempt, env: { 'A=1; touch /tmp/x': '1', OMP_NUM_THREADS: '2' } } }));
		expect(script).toContain(`DEFAULT_SERVER='https://a$(touch /tmp/x)"'; export SERVER="\${SERVER:-$DEFAULT_SERVER}"\n`);
		expect(script.split('\n').filter((line) => line.startsWith('export ') && line.includes('touch'))).toEqual([]);
		expect(script).toContain('export OMP_NUM_THREADS=2\n');
	});
	it('asks for the base where nobody knows its folder', () => {
		expect(repeatScript(facts({ base: { name: 'base', sha256: null, folder: null } }))).toContain('BASE="${BASE:?');
	});
});

describe('the script of a repeat on several machines', () => {
	const argv = ['/p', '-m', 'torch.distributed.run', '--node_rank', '{node_rank}', '--master_addr', '{master_addr}', '--master_port', '{master_port}', '/x/swift/cli/rlhf.py', '--model', '/m', '--output_dir', '/o'];
	const several = facts({ parent: null, attempt: { ...facts().attempt, argv } });
	let dir: string;
	beforeEach(async () => {
		dir = await mkdtemp(join(tmpdir(), 'repeat-'));
		await writeFile(join(dir, 'repeat.sh'), repeatScript(several));
		// Says what it was asked for, in place of Python.
		await writeFile(join(dir, 'python'), `#!/bin/sh\ncase "$2" in cli) echo /cli;; *) echo "$NODE_RANK $*" >> '${dir}/asked';; esac\n`, { mode: 0o755 });
	});
	afterEach(() => rm(dir, { recursive: true }));
	const start = (rank: string) => promisify(execFile)('bash', [join(dir, 'repeat.sh')], { env: { PATH: process.env['PATH'] ?? '', PYTHON: join(dir, 'python'), BASE: '/m', WORK: join(dir, 'again'), MASTER_ADDR: '10.0.0.1', NODE_RANK: rank } as unknown as NodeJS.ProcessEnv });
	const asked = async (rank: string) => (await readFile(join(dir, 'asked'), 'utf8')).trim().split('\n').filter((line) => line.startsWith(`${rank} `)).map((line) => line.replace(`${rank} `, '').replace(`${dir}/`, ''));

	it('is compared by the first alone, and each has what it reads for itself', async () => {
		await Promise.all(['0', '1'].map(start));
		const train = (rank: number) => `-m torch.distributed.run --node_rank ${rank} --master_addr 10.0.0.1 --master_port 29500 /cli/rlhf.py --model /m --output_dir ${dir}/again/output`;
		expect(await asked('0')).toEqual(['again/machine-0/repeat.py check', train(0).replace(`${dir}/`, ''), 'again/machine-0/repeat.py compare']);
		expect(await asked('1')).toEqual(['again/machine-1/repeat.py check', train(1).replace(`${dir}/`, '')]);
	});

	it('is refused by the first where the output is there already: the others come when it may have begun', async () => {
		await mkdir(join(dir, 'again', 'output'), { recursive: true });
		await expect(start('0')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') as string });
		await start('1');
		expect(await asked('1')).toHaveLength(2);
	});
});

it('a word survives the shell', () => {
	const read = (word: string) => (word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word);
	fc.assert(fc.property(fc.string(), (text) => read(shellWord(text)) === text && (shellWord(text).startsWith("'") || /^[\w./:=,@%+-]+$/.test(text))));
});
