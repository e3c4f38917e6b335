/** Nothing is fetched while training: a model that is not on this machine is an error, not a download. */
export const OFFLINE_ENV: Readonly<Record<string, string>> = {
	HF_HUB_OFFLINE: '1',
	TRANSFORMERS_OFFLINE: '1',
	HF_DATASETS_OFFLINE: '1',
	HF_HUB_DISABLE_TELEMETRY: '1',
	TOKENIZERS_PARALLELISM: 'false',
	PYTHONUNBUFFERED: '1',
	PYTHONUTF8: '1'
};

/** Variables of the worker that the engine needs to find its tools and devices. Nothing else is passed on. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LD_LIBRARY_PATH', 'CUDA_HOME', 'CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES'];

/**
 * The engine's environment: the few variables it needs of the worker's, caches in the attempt's folder, and what
 * the command asks for. The worker's secrets (database URL, keys) stay out: `/proc/<pid>/environ` shows it.
 */
export function engineEnv(cacheDir: string, own: Readonly<Record<string, string>>, worker = process.env): Record<string, string> {
	const env: Record<string, string> = {};
	for (const name of PASSED_ON) if (worker[name] !== undefined) env[name] = worker[name];
	return {
		...env,
		// Rows are cached in clear as arrow files: they belong to the attempt and go with it.
		HF_HOME: `${cacheDir}/hf`,
		HF_DATASETS_CACHE: `${cacheDir}/datasets`,
		MODELSCOPE_CACHE: `${cacheDir}/modelscope`,
		MPLCONFIGDIR: `${cacheDir}/matplotlib`,
		...own
	};
}
