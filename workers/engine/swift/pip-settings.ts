import { run } from '../../process/run.ts';
import { installEnv } from './install-env.ts';

/** Where packages come from on this machine, as pip is configured. */
export type PipSettings = { findLinks: string[]; indexUrl?: string; cert?: string };

/** Reads pip's configuration (files and environment) and PLUMBLINE_TORCH_FIND_LINKS. */
export async function pipSettings(python: string, env: NodeJS.ProcessEnv = process.env): Promise<PipSettings> {
	const result = await run([python, '-m', 'pip', 'config', 'list'], { env: installEnv(env), timeoutMs: 30_000 });
	return { ...parsePipConfig(result.stdout), ...extra(parsePipConfig(result.stdout).findLinks, env) };
}

/** Reads `pip config list`: lines such as `global.find-links='/a /b'`, or `:env:.index-url='…'`. */
export function parsePipConfig(text: string): PipSettings {
	const found = new Map<string, string>();
	for (const line of text.split('\n')) {
		const match = /^(?:global|install|download|site|user|:env:)\.([\w-]+)='(.*)'$/.exec(line.trim());
		// Several values come with literal \n between them; a later, more specific section wins.
		if (match?.[1] && match[2] !== undefined) found.set(match[1], match[2].replaceAll('\\n', ' '));
	}
	const indexUrl = found.get('index-url');
	const cert = found.get('cert');
	return {
		findLinks: (found.get('find-links') ?? '').split(/\s+/).filter((part) => part !== ''),
		...(indexUrl ? { indexUrl } : {}),
		...(cert ? { cert } : {})
	};
}

/** The same settings for uv, which does not read pip's. In the environment, since an index may hold a password. */
export function uvEnv(settings: PipSettings, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
	return {
		...env,
		...(settings.findLinks.length > 0 ? { UV_FIND_LINKS: settings.findLinks.join(',') } : {}),
		...(settings.indexUrl ? { UV_DEFAULT_INDEX: settings.indexUrl } : {}),
		...(settings.cert && !env.SSL_CERT_FILE ? { SSL_CERT_FILE: settings.cert } : {}),
		UV_NO_PROGRESS: '1',
		// The worker's own shell may stand in another environment.
		VIRTUAL_ENV: undefined
	};
}

function extra(findLinks: string[], env: NodeJS.ProcessEnv): { findLinks: string[] } {
	const more = (env.PLUMBLINE_TORCH_FIND_LINKS ?? '').split(/\s+/).filter((part) => part !== '');
	return { findLinks: [...new Set([...more, ...findLinks])] };
}
