import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** What markdown-it brings along and a browser has by itself: what stands in for it is in this folder, named after the packages. */
function lightMarkdown(): Plugin {
	const parts = ['entities', 'linkify-it', 'uc.micro'];
	return {
		name: 'plumbline-light-markdown',
		enforce: 'pre',
		apply: 'build',
		resolveId: (source, importer) => (parts.includes(source) && importer && /[\\/]markdown-it[\\/]dist[\\/]/.test(importer) ? fileURLToPath(new URL(`src/lib/components/judge/markdown-parts/${source}.ts`, import.meta.url)) : null)
	};
}

export default defineConfig({
	plugins: [
		lightMarkdown(),
		tailwindcss(),
		paraglideVitePlugin({
			project: './src/i18n/project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
			cookieName: 'plumbline_locale'
		}),
		sveltekit()
	]
});
