import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ROOT } from '../../scripts/start/settings.mjs';

const ROUTES = join(ROOT, 'src', 'routes');

/** Names of files below src/routes that end so, with the route each stands for: groups left out, parameters in brackets. */
async function files(ending: string): Promise<{ file: string; route: string }[]> {
	const entries = await readdir(ROUTES, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile() && entry.name === ending)
		.map((entry) => {
			const folder = relative(ROUTES, entry.parentPath).split('/').filter((part) => part !== '' && !/^\(.*\)$/.test(part));
			return { file: join(entry.parentPath, entry.name), route: `/${folder.join('/')}` };
		})
		.sort((x, y) => (x.route < y.route ? -1 : 1));
}

/** Every method that a file below src/routes/api/v1 serves, as the API's description writes it. */
export async function apiMethods(): Promise<string[]> {
	const found: string[] = [];
	for (const { file, route } of await files('+server.ts')) {
		if (!route.startsWith('/api/v1/')) continue;
		const methods = (await readFile(file, 'utf8')).matchAll(/^export const (GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|fallback)\b/gm);
		for (const [, method] of methods) found.push(`${method} ${route.slice('/api/v1'.length).replaceAll(/\[(\w+)\]/g, '{$1}')}`);
	}
	return found.sort();
}

/** Every page, with the names of the form actions it takes. */
export async function pages(): Promise<{ route: string; actions: string[] }[]> {
	const servers = new Map((await files('+page.server.ts')).map(({ file, route }) => [route, file]));
	return Promise.all(
		(await files('+page.svelte')).map(async ({ route }) => {
			const file = servers.get(route);
			const [, block = ''] = /^export const actions: Actions = \{\n([\s\S]*?)^\};/m.exec(file ? await readFile(file, 'utf8') : '') ?? [];
			return { route, actions: [...block.matchAll(/^\t(\w+): (?:async )?\(/gm)].map(([, name]) => name ?? '') };
		})
	);
}
