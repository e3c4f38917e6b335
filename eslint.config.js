import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'node_modules/', 'src/lib/paraglide/', '.plumbline/', 'test-results/', 'playwright-report/', 'drizzle/meta/'] },
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.node, ...globals.browser } },
		rules: {
			// The type checker knows better, also in Svelte files.
			'no-undef': 'off',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-empty-function': 'off',
			'@typescript-eslint/no-invalid-void-type': 'off',
			'@typescript-eslint/no-non-null-assertion': 'error',
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-restricted-syntax': [
				'error',
				{ selector: 'TSEnumDeclaration', message: 'Node strips types only: use a const list and a union.' },
				{ selector: "CallExpression[callee.property.name='only']", message: 'A test left on .only hides all others.' }
			],
			'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
			'svelte/no-at-html-tags': 'error',
			'svelte/no-navigation-without-resolve': 'off',
			// Sets that no page reads need not be reactive.
			'svelte/prefer-svelte-reactivity': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } }
	},
	{
		files: ['src/lib/domain/**/*.ts'],
		ignores: ['**/*.test.ts'],
		rules: {
			'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Domain code is deterministic: take a seeded rng.' }, { object: 'Date', property: 'now', message: 'Domain code knows no clock: take the instant as an argument.' }],
			'no-restricted-globals': ['error', 'fetch', 'process', 'setTimeout', 'setInterval']
		}
	}
);
