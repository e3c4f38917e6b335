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

/**
 * By itself the bundler makes a file of every word and icon that two pages share: some seventy for one page, and most of
 * their weight is what ties them together. The frame of all pages is one file; words and icons, and small parts of the
 * desk, are put together with those that nearly the same pages use; what shows an answer is one file.
 */
function fewerFiles(): Plugin {
	const SMALL = 6_000;
	return {
		name: 'plumbline-fewer-files',
		apply: (_, { command, isSsrBuild }) => command === 'build' && !isSsrBuild,
		outputOptions: (options) => ({
			...options,
			codeSplitting: {
				groups: [
					{ name: 'frame', test: /\/src\/routes\/(?:\(app\)\/)?\+layout\.svelte$|\/kit\/src\/runtime\/client\/|\/client-optimized\/app\.js$/, priority: 4 },
					{ name: 'words', test: /\/paraglide\/(?:messages\/|registry)|\/@lucide\/svelte\/dist\/icons\//, entriesAware: true, entriesAwareMergeThreshold: SMALL, minShareCount: 2, priority: 3 },
					{ name: 'prose', test: /\/judge\/Prose\.svelte$/, entriesAware: true, priority: 2 },
					{ name: 'parts', test: /\/components\/(?:judge|guideline)\//, entriesAware: true, entriesAwareMergeThreshold: SMALL, minShareCount: 2, priority: 1 }
				]
			}
		})
	};
}

export default defineConfig({
	plugins: [
		lightMarkdown(),
		fewerFiles(),
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
