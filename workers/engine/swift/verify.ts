import { startLineService } from '../../process/line-service.ts';
import type { LineService } from '../../process/line-service.ts';
import type { ModelSource } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import { deviceEnv } from './device-env.ts';
import { OFFLINE_ENV, engineEnv } from './engine-env.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { lastJsonLine, runScript, scriptPath } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** A loaded checkpoint's facts; a whole model has rank 0. */
export type Verified = { sha256: string; parameters: number; rank: number; changed: boolean };

/** Loads a checkpoint's adapter on its base and runs it once: success means a checkpoint that loads. */
export async function verifyAdapter(environment: EngineEnvironment, model: ModelSource, adapter: string, options: VerifyOptions): Promise<Outcome<Verified>> {
	return verify(environment, { model: model.path, adapter }, options);
}

/** Loads a whole model and runs it once. */
export async function verifyWhole(environment: EngineEnvironment, folder: string, options: VerifyOptions): Promise<Outcome<Verified>> {
	return verify(environment, { model: folder }, options);
}

/** `reward`: the checkpoint gives scores instead of text; `waiting`: a check that has its libraries loaded already. */
export type VerifyOptions = ScriptOptions & { reward?: boolean; waiting?: LineService | null };

/** Starts such a check. It is another process all the same, which loads the checkpoint from its files. @throws Error when it does not start, or is ended while it loads its libraries */
export async function waitingCheck(environment: EngineEnvironment, model: ModelSource, { cacheDir, threads, timeoutMs = 600_000, signal }: ScriptOptions): Promise<LineService> {
	const env = engineEnv(cacheDir, { ...OFFLINE_ENV, ...deviceEnv(environment, threads) });
	return (await startLineService([environment.python, scriptPath('verify_checkpoint.py'), '--wait', '--model', model.path], { env, timeoutMs, signal })).service;
}

/** As verify_checkpoint.py says it. */
const NOT_FINITE = /values that are not finite/;

type Reply = ({ ok: true } & Verified) | { ok: false; message: string };

async function verify(environment: EngineEnvironment, of: { model: string; adapter?: string }, options: VerifyOptions): Promise<Outcome<Verified>> {
	const reply = (await askWaiting(of, options)) ?? (await askAnew(environment, of, options));
	if (reply?.ok === true) return value({ sha256: reply.sha256, parameters: reply.parameters, rank: reply.rank, changed: reply.changed });
	if (reply && NOT_FINITE.test(reply.message)) return problem('not_a_number', 'The trained weights hold values that are no numbers: the loss stopped being one.', 'Start the run again with a lower learning rate; in fp16 take bf16.');
	return problem('checkpoint_refused', `The checkpoint does not load: ${reply?.message ?? 'the check did not finish'}.`, 'Start the run again.');
}

/** Undefined where none waits, it is gone, or what it says is no answer: then it is asked anew. */
async function askWaiting(of: { model: string; adapter?: string }, { waiting, reward, signal }: VerifyOptions): Promise<Reply | undefined> {
	// A large checkpoint takes long to load; who goes down does not wait for it.
	const stop = () => waiting?.stop();
	signal?.addEventListener('abort', stop, { once: true });
	if (signal?.aborted) stop();
	try {
		const line = await waiting?.ask(JSON.stringify({ ...of, reward: reward === true }));
		const reply = line === undefined ? null : (JSON.parse(line) as Reply | null);
		return typeof reply?.ok === 'boolean' ? reply : undefined;
	} catch {
		return undefined;
	} finally {
		signal?.removeEventListener('abort', stop);
	}
}

async function askAnew(environment: EngineEnvironment, { model, adapter }: { model: string; adapter?: string }, options: VerifyOptions): Promise<Reply | undefined> {
	const argv = ['--model', model, ...(adapter === undefined ? [] : ['--adapter', adapter]), ...(options.reward ? ['--reward'] : [])];
	return lastJsonLine<Reply>(await runScript(environment, 'verify_checkpoint.py', argv, options));
}
