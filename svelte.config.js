import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter(),
		// Checked in hooks.server.ts and the API instead: kit's own check refuses bearer tokens with a form's content type, and `localhost` beside `127.0.0.1`.
		csrf: { trustedOrigins: ['*'] },
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self'],
				// Floating menus are placed by style attributes; style elements still need the nonce.
				'style-src-attr': ['unsafe-inline'],
				'img-src': ['self', 'data:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self'],
				'frame-ancestors': ['none']
			}
		},
		typescript: {
			config: (config) => ({
				...config,
				include: [...config.include, '../workers/**/*.ts', '../drizzle/**/*.ts', '../scripts/**/*.ts', '../scripts/**/*.mjs', '../test/**/*.ts', '../*.config.ts'],
				compilerOptions: {
					...config.compilerOptions,
					strict: true,
					// Compiled messages and the start scripts are JavaScript with JSDoc types.
					allowJs: true,
					noUncheckedIndexedAccess: true,
					noImplicitOverride: true,
					noFallthroughCasesInSwitch: true,
					allowImportingTsExtensions: true,
					erasableSyntaxOnly: true,
					verbatimModuleSyntax: true,
					skipLibCheck: true
				}
			})
		}
	},
	compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) }
};
