import { resolve } from 'node:path';
import * as v from 'valibot';
import { parseHubModel } from '../domain/hub-model.ts';
import type { Hub } from '../domain/hub-model.ts';
import { LAUNCHERS } from '../domain/launcher.ts';
import type { LauncherName } from '../domain/launcher.ts';
import { WorkerLabelsSchema } from '../domain/worker-label.ts';
import { bucketAt, parseBucket } from './artifacts/bucket.ts';
import type { Bucket } from './artifacts/bucket.ts';
import { parseAllowed } from './outbound/addresses.ts';
import type { Allowed } from './outbound/addresses.ts';
import { parseKey } from './secrets/keys.ts';

/** What names a model of a hub, well or not, and no folder. */
const HUB_MODEL = /^(hf|modelscope):/;

/** A number of millions. */
const megas = (otherwise: string) => v.optional(v.pipe(v.string(), v.toNumber(), v.minValue(0.001), v.maxValue(2000)), otherwise);

/** `name=/path, …`; null where one is not so. */
function parseRoots(text: string): ReadonlyMap<string, string> | null {
	const roots = new Map<string, string>();
	for (const each of text.split(',').map((part) => part.trim()).filter(Boolean)) {
		const [, name, path] = /^([\w.-]{1,60})\s*=\s*(\/.*)$/.exec(each) ?? [];
		if (name === undefined || path === undefined || roots.has(name)) return null;
		roots.set(name, path);
	}
	return roots;
}

/** Where a hub answers: said by the operator, or the public one. */
const hubAddress = (usual: string) => v.pipe(v.optional(v.string(), ''), v.check((given) => given === '' || /^https?:/i.test(given) && URL.canParse(given), 'an address such as https://hub.firm.example'), v.transform((given) => (given || usual).replace(/\/+$/, '')));

const Settings = v.object({
	DATABASE_URL: v.pipe(v.string('DATABASE_URL is not set: npm start sets it; for a server of your own give postgres://user:password@host/database'), v.url()),
	PLUMBLINE_DATA_DIR: v.optional(v.string(), '.plumbline'),
	/** Where checkpoints and snapshots lie: a folder that web and workers share, or s3://bucket/prefix. */
	PLUMBLINE_ARTIFACTS: v.optional(v.pipe(v.string(), v.check((given) => !given.startsWith('s3:') || parseBucket(given) !== null, 'a folder, or s3://bucket/prefix'))),
	/** Connections of one process; PostgreSQL's own default limit is 100 for all of them together. */
	PLUMBLINE_POOL: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(2), v.maxValue(100)), '16'),
	PLUMBLINE_LOG_LEVEL: v.optional(v.picklist(['fatal', 'error', 'warn', 'info', 'debug', 'silent']), 'info'),
	/** One-time code of the set-up page; without it that page is closed. */
	PLUMBLINE_SETUP_CODE: v.optional(v.string()),
	/** Public address; an https origin makes cookies Secure. */
	ORIGIN: v.optional(v.pipe(v.string(), v.url())),
	/** Server for digests, e.g. smtps://user:password@mail.firm.example. It holds a password: never logged. */
	PLUMBLINE_SMTP_URL: v.optional(v.pipe(v.string(), v.check((given) => /^smtps?:\/\/[^\s/]+/.test(given) && URL.canParse(given), 'smtp://… or smtps://user:password@host'))),
	/** Who digests come from, as mail writes it: Plumbline <plumbline@firm.example>. */
	PLUMBLINE_MAIL_FROM: v.optional(v.pipe(v.string(), v.regex(/^[^\r\n]*[^@\s<]+@[^@\s>]+>?$/, 'an address, or a name with an address in angle brackets'))),
	/** Hour of the day from which digests go out, where the worker stands. */
	PLUMBLINE_MAIL_HOUR: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(0), v.maxValue(23)), '7'),
	/** Largest uploads: images and documents in megabytes, images also in megapixels. */
	PLUMBLINE_MAX_IMAGE_MB: megas('20'),
	PLUMBLINE_MAX_DOCUMENT_MB: megas('50'),
	PLUMBLINE_MAX_IMAGE_MEGAPIXELS: megas('50'),
	/** Encrypts stored secrets: 32 random bytes in base64 or hex; older ones after a comma still open. A file in the data folder when not set. Never logged. */
	PLUMBLINE_SECRET_KEY: v.pipe(v.optional(v.string(), ''), v.transform((given) => given.split(',').map((each) => each.trim()).filter(Boolean).map(parseKey)), v.check((keys) => !keys.includes(null), '32 random bytes in base64 or hex, as openssl rand -base64 32 gives them; older keys after a comma'), v.transform((keys) => keys.filter((key) => key !== null))),
	/** In-house servers that model endpoints may be at: host names, addresses and CIDR ranges, by commas. */
	PLUMBLINE_INHOUSE_HOSTS: v.pipe(v.optional(v.string(), ''), v.transform(parseAllowed), v.check((allowed) => allowed !== null, 'host names, addresses or CIDR ranges by commas, e.g. vllm.firm.example, 10.4.0.0/16'), v.transform((allowed) => allowed as Allowed)),
	/** Folders that files may be brought in from, each by a name, for workers and web processes that see them: name=/path, by commas. */
	PLUMBLINE_IMPORT_ROOTS: v.pipe(v.optional(v.string(), ''), v.transform(parseRoots), v.check((roots) => roots !== null, 'names and absolute folders by commas, e.g. exports=/mnt/exports, tools=/srv/label-studio'), v.transform((roots) => roots as ReadonlyMap<string, string>)),
	/** Where hubs answer and with which tokens, and whether any is asked at all: names that the hubs' own packages read. */
	HF_ENDPOINT: hubAddress('https://huggingface.co'),
	HF_TOKEN: v.optional(v.string()),
	HF_HUB_OFFLINE: v.optional(v.string(), ''),
	MODELSCOPE_ENDPOINT: hubAddress('https://www.modelscope.cn'),
	MODELSCOPE_API_TOKEN: v.optional(v.string()),
	/** What a GPU costs an hour, with its currency: plans then say what a run costs. */
	PLUMBLINE_GPU_HOUR: v.optional(v.pipe(v.string(), v.regex(/^\d+(\.\d+)? [A-Z]{3}$/, 'an amount and a currency, such as “2.10 EUR”'))),
	/** Where runs may be placed from this worker, by commas; local: on its own host. */
	PLUMBLINE_LAUNCHERS: v.pipe(v.optional(v.string(), 'local'), v.transform((given) => given.split(',').map((each) => each.trim()).filter(Boolean)), v.array(v.picklist(LAUNCHERS, `of ${LAUNCHERS.join(', ')}`)), v.minLength(1)),
	/** What every job of ours tells sbatch besides its size, e.g. --partition=gpu --account=alignment --time=24:00:00. */
	PLUMBLINE_SLURM_OPTIONS: v.pipe(v.optional(v.string(), ''), v.transform((given) => given.split(/\s+/).filter(Boolean)), v.array(v.pipe(v.string(), v.regex(/^--[a-z][a-z-]*(=[\w:.,@+/%-]+)?$/, 'options as --name or --name=value, by spaces')))),
	/** The Ray cluster's dashboard, e.g. http://head.firm.example:8265. */
	PLUMBLINE_RAY_ADDRESS: v.optional(v.pipe(v.string(), v.url())),
	/** What runs may ask a worker's host for by name, such as NPUs: by commas. */
	PLUMBLINE_WORKER_LABELS: v.pipe(v.optional(v.string(), ''), v.transform((given) => given.split(',').map((each) => each.trim()).filter(Boolean)), WorkerLabelsSchema),
	/** A JSON file with how jobs look in the Kubernetes cluster (docs/launchers.md). */
	PLUMBLINE_KUBERNETES: v.optional(v.string()),
	/** The MLflow that runs may be written to, e.g. http://mlflow.firm.example:5000; never one that a form names. */
	PLUMBLINE_MLFLOW_URI: v.optional(v.pipe(v.string(), v.url(), v.regex(/^https?:\/\/[^/@]+(\/|$)/, 'http:// or https://, without a password'))),
	/** For which kind of device the engine is installed: gpu on a host without one that hands runs to a scheduler. */
	PLUMBLINE_ENGINE_DEVICE: v.optional(v.picklist(['cpu', 'gpu'])),
	/** llama.cpp's convert_hf_to_gguf.py on this worker: with it checkpoints are exported as GGUF. */
	PLUMBLINE_GGUF_CONVERTER: v.optional(v.pipe(v.string(), v.regex(/^\/.*\.py$/, 'the absolute path of convert_hf_to_gguf.py'))),
	/** The Python of an environment with ms-swift and autoawq, which needs an older transformers than the engine. */
	PLUMBLINE_AWQ_PYTHON: v.optional(v.pipe(v.string(), v.regex(/^\//, 'the absolute path of a Python'))),
	/** Address of a worker's host on which the model servers that it starts listen, and gateways reach them; this host alone unless said. */
	PLUMBLINE_SERVING_HOST: v.optional(v.pipe(v.string(), v.ip('an address of this host, such as 10.4.0.12')), '127.0.0.1'),
	/** The program `vllm` of an environment of its own: with it GPUs serve by vLLM, else by ms-swift's server. */
	PLUMBLINE_VLLM: v.optional(v.pipe(v.string(), v.regex(/^\//, 'the whole path of the program, such as /opt/vllm/bin/vllm'))),
	/** Where the gateway listens; the host is HOST, as the web process's. 0: none is started. */
	PLUMBLINE_GATEWAY_PORT: v.optional(v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(0), v.maxValue(65_535)), '3001'),
	/** The gateway's address as applications reach it, https://models.firm.example/v1: pages show it. */
	PLUMBLINE_GATEWAY_URL: v.optional(v.pipe(v.string(), v.url())),
	HOST: v.optional(v.string(), '127.0.0.1'),
	/** How long the gateway waits for a model server's first sign of an answer, and between two pieces of one. */
	PLUMBLINE_GATEWAY_PATIENCE_S: v.optional(v.pipe(v.string(), v.toNumber(), v.minValue(1), v.maxValue(3600)), '300'),
	/** How long a gateway that is asked to stop lets answers under way go on. */
	PLUMBLINE_GATEWAY_DRAIN_S: v.optional(v.pipe(v.string(), v.toNumber(), v.minValue(0), v.maxValue(3600)), '120'),
	/** Largest request of the gateway, in megabytes; images come inside it. */
	PLUMBLINE_GATEWAY_MAX_MB: megas('20'),
	/** Base model for new projects: a folder, or a hub's at a commit, hf:owner/name@commit or modelscope:owner/name@commit; the bundled small one when not set. */
	PLUMBLINE_BASE_MODEL: v.optional(v.pipe(v.string(), v.check((given) => !HUB_MODEL.test(given) || parseHubModel(given) !== null, 'a folder, or hf:owner/name@commit with all 40 characters of the commit: a branch could be another model tomorrow')))
});

/** All settings of a process, read and checked once at its start. */
export type Config = {
	databaseUrl: string;
	dataDir: string;
	artifacts: { kind: 'folder'; dir: string } | { kind: 's3'; bucket: Bucket };
	poolSize: number;
	logLevel: string;
	setupCode: string | undefined;
	origin: string | undefined;
	secureCookies: boolean;
	/** Where digests go out through; null: nobody is mailed. */
	mail: { url: string; from: string; hour: number } | null;
	/** How large an image or document may be that is uploaded. */
	uploads: { imageBytes: number; documentBytes: number; imagePixels: number };
	/** Keys that stored secrets are encrypted with, the newest first; none: those of the data folder. */
	secretKeys: Buffer[];
	/** Where requests to the outside may go besides public addresses. */
	inhouse: Allowed;
	/** Folders that files may be brought in from, by their names. */
	importRoots: ReadonlyMap<string, string>;
	/** Hubs that data sets are read from. The operator's tokens, where none is stored. */
	hubs: { offline: boolean; endpoints: Record<Hub, string>; tokens: Record<Hub, string | undefined> };
	/** Price of one GPU for an hour; null: plans name no cost. */
	gpuHour: { amount: number; currency: string } | null;
	/** Where this worker may place runs, and what outside schedulers need. */
	placement: { launchers: readonly LauncherName[]; /** What runs may ask its host for. */ labels: readonly string[]; slurmOptions: readonly string[]; rayAddress: string | undefined; /** File with the cluster’s settings. */ kubernetesFile: string | undefined; engineDevice: 'cpu' | 'gpu' | undefined; /** Where runs may be written to besides the record. */ mlflow: string | undefined };
	/** What this worker makes exports with besides the engine. */
	exporting: { ggufConverter: string | undefined; awqPython: string | undefined };
	/** Where and how the gateway process serves. */
	gateway: { host: string; port: number; /** As applications reach it; undefined: not told. */ url: string | undefined; patienceMs: number; drainMs: number; mostBytes: number };
	/** How a worker runs model servers: where they listen, and by which vLLM. */
	serving: { host: string; vllm: string | undefined };
	/** `folder:/path`, `bundled:name` or a hub's model, as `checkpoints.location` has it. */
	baseModel: string;
};

/**
 * Settings from environment variables.
 * @throws Error naming each variable that is wrong and what would be right: a process must not start half configured.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
	const parsed = v.safeParse(Settings, env);
	if (!parsed.success) {
		const lines = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'settings'}: ${issue.message}`);
		throw new Error(`Wrong settings. ${lines.join('; ')}`);
	}
	const s = parsed.output;
	if (s.PLUMBLINE_SMTP_URL !== undefined && (s.PLUMBLINE_MAIL_FROM === undefined || s.ORIGIN === undefined)) throw new Error('Wrong settings. PLUMBLINE_SMTP_URL: also give PLUMBLINE_MAIL_FROM, who mails come from, and ORIGIN, the address that their links begin with');
	if (s.PLUMBLINE_LAUNCHERS.includes('ray') && s.PLUMBLINE_RAY_ADDRESS === undefined) throw new Error('Wrong settings. PLUMBLINE_LAUNCHERS: ray also needs PLUMBLINE_RAY_ADDRESS, the address of the cluster’s dashboard');
	if (s.PLUMBLINE_LAUNCHERS.includes('kubernetes') && s.PLUMBLINE_KUBERNETES === undefined) throw new Error('Wrong settings. PLUMBLINE_LAUNCHERS: kubernetes also needs PLUMBLINE_KUBERNETES, a file that says how jobs look in the cluster');
	const dataDir = resolve(s.PLUMBLINE_DATA_DIR);
	const bucket = parseBucket(s.PLUMBLINE_ARTIFACTS ?? '');
	return {
		databaseUrl: s.DATABASE_URL,
		dataDir,
		artifacts: bucket ? { kind: 's3', bucket: bucketAt(bucket, env) } : { kind: 'folder', dir: resolve(s.PLUMBLINE_ARTIFACTS ?? `${dataDir}/artifacts`) },
		poolSize: s.PLUMBLINE_POOL,
		logLevel: s.PLUMBLINE_LOG_LEVEL,
		setupCode: s.PLUMBLINE_SETUP_CODE,
		origin: s.ORIGIN,
		secureCookies: s.ORIGIN?.startsWith('https:') ?? false,
		mail: s.PLUMBLINE_SMTP_URL !== undefined && s.PLUMBLINE_MAIL_FROM !== undefined ? { url: s.PLUMBLINE_SMTP_URL, from: s.PLUMBLINE_MAIL_FROM, hour: s.PLUMBLINE_MAIL_HOUR } : null,
		uploads: { imageBytes: s.PLUMBLINE_MAX_IMAGE_MB * 1e6, documentBytes: s.PLUMBLINE_MAX_DOCUMENT_MB * 1e6, imagePixels: s.PLUMBLINE_MAX_IMAGE_MEGAPIXELS * 1e6 },
		secretKeys: s.PLUMBLINE_SECRET_KEY,
		inhouse: s.PLUMBLINE_INHOUSE_HOSTS,
		importRoots: s.PLUMBLINE_IMPORT_ROOTS,
		hubs: { offline: /^(1|on|yes|true)$/i.test(s.HF_HUB_OFFLINE), endpoints: { hf: s.HF_ENDPOINT, modelscope: s.MODELSCOPE_ENDPOINT }, tokens: { hf: s.HF_TOKEN || undefined, modelscope: s.MODELSCOPE_API_TOKEN || undefined } },
		gpuHour: price(s.PLUMBLINE_GPU_HOUR),
		placement: { launchers: s.PLUMBLINE_LAUNCHERS, labels: s.PLUMBLINE_WORKER_LABELS, slurmOptions: s.PLUMBLINE_SLURM_OPTIONS, rayAddress: s.PLUMBLINE_RAY_ADDRESS, kubernetesFile: s.PLUMBLINE_KUBERNETES, engineDevice: s.PLUMBLINE_ENGINE_DEVICE, mlflow: s.PLUMBLINE_MLFLOW_URI },
		exporting: { ggufConverter: s.PLUMBLINE_GGUF_CONVERTER, awqPython: s.PLUMBLINE_AWQ_PYTHON },
		gateway: { host: s.HOST, port: s.PLUMBLINE_GATEWAY_PORT, url: s.PLUMBLINE_GATEWAY_URL, patienceMs: s.PLUMBLINE_GATEWAY_PATIENCE_S * 1000, drainMs: s.PLUMBLINE_GATEWAY_DRAIN_S * 1000, mostBytes: s.PLUMBLINE_GATEWAY_MAX_MB * 1e6 },
		serving: { host: s.PLUMBLINE_SERVING_HOST, vllm: s.PLUMBLINE_VLLM },
		baseModel: baseModel(s.PLUMBLINE_BASE_MODEL)
	};
}

function baseModel(given: string | undefined): string {
	if (!given) return 'bundled:smollm2-135m-instruct';
	return HUB_MODEL.test(given) ? given : `folder:${resolve(given)}`;
}

function price(text: string | undefined): Config['gpuHour'] {
	const [amount, currency] = text?.split(' ') ?? [];
	return amount && currency ? { amount: Number(amount), currency } : null;
}
