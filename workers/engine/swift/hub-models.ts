import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hub, HubModel } from '#lib/domain/hub-model.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { tellsHubAway } from './hub-away.ts';
import { takeLock } from './install-lock.ts';
import { runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** What of the worker's environment the hubs' packages are given: the operator's hub, token, proxy and certificates. No form names any of them. */
const PASSED_ON = /^(HF_ENDPOINT|HF_TOKEN|HF_HUB_(OFFLINE|DOWNLOAD_TIMEOUT|ETAG_TIMEOUT)|MODELSCOPE_(ENDPOINT|DOMAIN|API_TOKEN)|(https?|no|all)_proxy|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE)$/i;

/** These variables of the worker's. */
export const hubEnv = (): Record<string, string> => Object.fromEntries(Object.entries(process.env).filter(([name, text]) => PASSED_ON.test(name) && text !== undefined)) as Record<string, string>;

/** Whether this worker is told not to ask any hub, as the hub's own package reads it. */
export const isOffline = (): boolean => /^(1|on|yes|true)$/i.test(process.env['HF_HUB_OFFLINE'] ?? '');

/** What a script that asks a hub is given of the worker's environment. */
export const askingEnv = (): Record<string, string> => ({ HF_HUB_DISABLE_PROGRESS_BARS: '1', ...hubEnv(), HF_HUB_OFFLINE: isOffline() ? '1' : '0' });

/** A stored token under the name by which a hub's package reads it; null: the worker's own environment decides. */
export const tokenEnv = (hub: Hub, token: string | null): Record<string, string> => (token === null ? {} : { [hub === 'hf' ? 'HF_TOKEN' : 'MODELSCOPE_API_TOKEN']: token });

const HUB_NAMES: Record<Hub, string> = { hf: 'Hugging Face', modelscope: 'ModelScope' };

/** How often one that another process of this host fetches is looked for. */
const LOOK_MS = 2000;

/** Folder of a model of a hub on this host. */
export function hubFolder(models: string, { hub, repo, commit }: HubModel): string {
	return join(models, hub, repo.replace('/', '--'), commit);
}

/** What a failed download or look-up says, by its code whether it may pass by itself, without the addresses and words of a hub's answer. */
export function explainHub(hub: Hub, stderr: string, doing: 'fetch' | 'look up'): { ok: false; problem: Parameters<typeof problem> } {
	const name = HUB_NAMES[hub];
	const last = stderr.trim().split('\n').at(-1) ?? '';
	const said = (message: string, hint: string, code: 'model_missing' | 'out_of_reach' | 'disk_full' = 'model_missing'): { ok: false; problem: Parameters<typeof problem> } => ({ ok: false, problem: [code, message, hint] });
	// Line numbers of a traceback are no answers.
	const told = stderr.replaceAll(/^ +File ".*", line \d+.*$/gm, '');
	if (/GatedRepoError|\b(401|403)\b/.test(told)) return said(`${name} does not let this installation have the model.`, `Accept its terms there, and store a token under Base models, or give the worker one (${hub === 'hf' ? 'HF_TOKEN' : 'MODELSCOPE_API_TOKEN'}).`);
	if (/RepositoryNotFound|RevisionNotFound|NotExist|\b404\b/.test(told)) return said(`${name} has no such model at this ${doing === 'fetch' ? 'commit' : 'branch, tag or commit'}.`, 'Look at its name and revision; a private one needs a token.');
	if (/No space left|Disk quota/.test(stderr)) return said('There is no room for the model on this worker.', 'Free space in the cache folder; the download goes on where it was.', 'disk_full');
	return said(`${doing === 'fetch' ? `The download from ${name} broke off` : `${name} did not answer`}${/^[\w.]*(Error|Exception|Timeout)\b/.test(last) ? ` (${last.split(':')[0]?.split('.').at(-1)})` : ''}.`, `Look at the worker’s way to the hub (HTTPS_PROXY, HF_ENDPOINT); ${doing === 'fetch' ? 'the next try goes on where this one ended' : 'then try again'}.`, tellsHubAway(stderr) ? 'out_of_reach' : 'model_missing');
}

/**
 * The folder of a model from a hub, fetched once a host. What broke off is gone on with; two that want it at once
 * fetch it once. Offline, what is missing is named.
 * @param models folder of this host's models
 */
export async function provideHubModel(environment: EngineEnvironment, model: HubModel, models: string, options: ScriptOptions): Promise<Outcome<string>> {
	const folder = hubFolder(models, model);
	for (;;) {
		// Within this process they wait for the same download; between processes of a host there is the lock.
		const others = underWay.get(folder);
		const shared = others ?? fetchOnce(environment, model, folder, options).finally(() => underWay.delete(folder));
		underWay.set(folder, shared);
		try {
			return await (others ? unlessStopped(others, options.signal) : shared);
		} catch (error) {
			// Whoever began it wants it no longer: the next in line goes on where it was.
			if (!others || options.signal?.aborted) throw error;
		}
	}
}

/** What somebody else fetches, or the signal's reason as soon as it is raised. */
async function unlessStopped<T>(others: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return others;
	const listening = new AbortController();
	const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: listening.signal }));
	try {
		signal.throwIfAborted();
		return await Promise.race([others, stopped]);
	} finally {
		listening.abort();
	}
}

const underWay = new Map<string, Promise<Outcome<string>>>();

async function fetchOnce(environment: EngineEnvironment, model: HubModel, folder: string, options: ScriptOptions): Promise<Outcome<string>> {
	const there = () => access(folder).then(() => true, () => false);
	await mkdir(dirname(folder), { recursive: true });
	while (!(await there())) {
		const release = await takeLock(`${folder}.lock`);
		if (!release) {
			await sleep(LOOK_MS, undefined, options.signal ? { signal: options.signal } : {});
			continue;
		}
		try {
			const offline = isOffline();
			const result = await runScript(environment, 'fetch_model.py', [model.hub, model.repo, model.commit, folder], { ...options, env: { ...askingEnv(), ...options.env } });
			// Going down: what has come is kept, and whoever wanted the model is given back.
			options.signal?.throwIfAborted();
			if (result.code !== 0) return problem(...explainHub(model.hub, result.stderr, 'fetch').problem);
			const { missing } = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '{}') as { missing: string[] };
			if (missing.length > 0) {
				return offline
					? problem('model_missing', `This worker is offline (HF_HUB_OFFLINE) and lacks of ${model.repo}: ${missing.join(', ')}.`, `Put them into ${folder}.partial, or let the worker reach the hub once.`)
					: problem('model_missing', `${model.repo} at this commit has no ${missing.join(', ')}: it cannot be trained.`, 'Take a model with safetensors weights in transformers’ layout.');
			}
		} finally {
			await release();
		}
	}
	return value(folder);
}
