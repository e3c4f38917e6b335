import { expect, it } from 'vitest';
import { explainFailure, explainTraining, wasKilled } from './failure.ts';

const exit = { code: 1, signal: null, reason: 'exited' as const };

it.each([
	['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'out_of_memory'],
	['RuntimeError: [enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can\'t allocate memory', 'out_of_memory'],
	['OSError: [Errno 28] No space left on device', 'disk_full'],
	["ValueError: remaining_argv: ['--nope', '3']", 'unknown_flag'],
	['ValueError: The local path does not exist, dataset_id: `/x/nope.jsonl`. os.path.exists(dataset_id): False', 'missing_dataset'],
	["ValueError: template_type: 'nope' not in ['chatml', 'dummy']", 'unsupported_template'],
	['ValueError: Failed to automatically match `template_type` for `/m`. Multiple possible types found: [\'qwen\', \'qwq\']. Please specify `template_type` manually via `--template`.', 'unsupported_template'],
	['ValueError: Failed to automatically match `model_type` for `/m`. Multiple possible types found: [\'qwen2\', \'qwen2_gte\']. Please specify `model_type` manually.', 'unsupported_model'],
	["importlib.metadata.PackageNotFoundError: The 'qwen_vl_utils' distribution was not found and is required by this application.", 'missing_package'],
	['swift.template.base.MaxLengthError: Current length of row(63) is larger than the max_length(20).', 'row_too_long'],
	['ValueError: rejected_response: It depends on the facts.', 'row_refused'],
	["ModuleNotFoundError: No module named 'deepspeed'", 'missing_package'],
	['Traceback\nsomething.StrangeError: oh', 'engine_failed']
])('%s', (log, code) => expect(explainFailure(exit, `[INFO:swift] x\n${log}\n`).code).toBe(code));

it('names what is wrong, and quotes no text of a row', () => {
	expect(explainFailure(exit, "remaining_argv: ['--nope', '3']").message).toContain('--nope');
	expect(explainFailure(exit, 'MaxLengthError: Current length of row(63) is larger than the max_length(20)').message).toContain('63');
	expect(explainFailure(exit, 'ValueError: rejected_response: the client’s secret').message).not.toContain('secret');
	expect(explainFailure(exit, 'KeyError: the client’s secret').message).toBe('The engine ended with exit code 1 (KeyError).');
});

it('tells a recipe that names no layer of the base from a checkpoint of another model', () => {
	const said = "ValueError: Target modules {'q_prj', 'v_prj'} not found in the base model. Please check the target modules and try again.";
	expect(explainTraining(exit, said)).toMatchObject({ code: 'layers_unknown', message: 'The base model has no layers of the names q_prj, v_prj.', hint: expect.stringContaining('Layers that learn') });
	expect(explainFailure(exit, said).code).toBe('broken_model');
	expect(explainTraining(exit, 'Traceback\nsafetensors_rust.SafetensorError: incomplete').code).toBe('broken_model');
});

it('tells a kill from outside from our own', () => {
	expect(explainFailure({ code: null, signal: 'SIGKILL', reason: 'exited' }, '')).toMatchObject({ code: 'killed', message: expect.stringContaining('memory') });
	expect(explainFailure({ code: null, signal: 'SIGKILL', reason: 'worker_gone' }, 'CUDA out of memory')).toMatchObject({ code: 'killed', message: expect.stringContaining('worker') });
	expect(explainFailure({ code: 143, signal: null, reason: 'stopped' }, '').code).toBe('killed');
	expect(explainFailure({ code: null, signal: null, reason: 'start_failed', message: 'ENOENT' }, '').code).toBe('start_failed');
});

/** The end of a training by two processes of which the second was killed, as torchrun tells it. */
const TORCHRUN = `RuntimeError: [../third_party/gloo/gloo/transport/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:23312
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
/engine/swift/cli/rlhf.py FAILED
------------------------------------------------------------
Failures:
  <NO_OTHER_FAILURES>
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-11-29_10:00:00
  host      : h
  rank      : 1 (local_rank: 1)
  exitcode  : -9 (pid: 4711) (SIGKILL)
  error_file: <N/A>
  traceback : Signal 9 (SIGKILL) received by PID 4711
============================================================
`;

it('goes on with a training of which one process was killed, and gives up one that broke by itself', () => {
	expect(explainTraining(exit, TORCHRUN).code).toBe('killed');
	expect(wasKilled(exit, explainTraining(exit, TORCHRUN))).toBe(true);
	// A kill of the host's, told by the shell or the watcher that saw it.
	const told = { code: 137, signal: null, reason: 'exited' as const };
	expect(wasKilled(told, explainTraining(told, ''))).toBe(true);
	const broken = TORCHRUN.replace('-9 (pid: 4711) (SIGKILL)', '1 (pid: 4711)').replace(/Signal 9 .*/, 'To enable traceback see: https://pytorch.org');
	expect(wasKilled(exit, explainTraining(exit, broken))).toBe(false);
	const segfault = { code: null, signal: 'SIGSEGV' as const, reason: 'exited' as const };
	expect(wasKilled(segfault, explainTraining(segfault, ''))).toBe(false);
	// No room to save; and somebody who had it save and end.
	expect(wasKilled(exit, explainTraining(exit, 'OSError: [Errno 28] No space left on device'))).toBe(true);
	expect(wasKilled({ signal: null, reason: 'exited' }, { code: 'stopped_early' })).toBe(true);
	// A person asked it to stop.
	const stopped = { code: 143, signal: null, reason: 'stopped' as const };
	expect(wasKilled(stopped, explainTraining(stopped, ''))).toBe(false);
});

it('says of a full disk that a training goes on by itself, and of other work only what to do', () => {
	const full = 'OSError: [Errno 28] No space left on device';
	expect(explainTraining(exit, full).hint).toBe('Free space in the worker’s work folder; the run goes on from its last save by itself.');
	expect(explainFailure(exit, full).hint).toBe('Free space in the worker’s work folder.');
});

it.each([
	'[rank0]: RuntimeError: [/__w/pytorch/pytorch/third_party/gloo/gloo/transport/tcp/unbound_buffer.cc:78] Timed out waiting 3600000ms for recv operation to complete',
	'[rank1]:[E ProcessGroupNCCL.cpp:632] [Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=812, OpType=ALLREDUCE, Timeout(ms)=3600000) ran for 3600042 milliseconds before timing out.'
])('a training whose processes waited in vain for one that hangs goes on from its last save: %s', (said) => {
	const why = explainTraining(exit, said);
	expect(why).toMatchObject({ code: 'killed', message: expect.stringContaining('hangs') as string });
	expect(wasKilled(exit, why)).toBe(true);
	// What says more than that somebody was waited for comes first.
	expect(explainTraining(exit, `${said}\ntorch.OutOfMemoryError: CUDA out of memory.`).code).toBe('out_of_memory');
});
