/**
 * What may import what (the table in docs/architecture.md). A rule that fires says where the code belongs.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const npm = (...names) => `node_modules/(${names.join('|')})(/|$)`;

module.exports = {
	forbidden: [
		only('no-cycles', 'Two files that need each other are one idea, or hide a third.', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
		only(
			'no-orphans',
			'Nobody uses it: delete it, or import it where it belongs.',
			{ orphan: true, path: '^(src|workers|drizzle|scripts)/', pathNot: ['\\.d\\.ts$', '\\.test\\.ts$', '(^|/)\\+', '^src/(app|hooks)\\.', '^src/i18n/', '^scripts/[^/]+\\.(mjs|ts)$', '^src/lib/paraglide/'] },
			{}
		),
		only('domain-is-pure', 'Domain code knows no database, clock or network: move the IO to a use case. Of libraries it takes the schema library and two pure ones (docs/decisions/pure-libraries.md).', { path: '^src/lib/domain/', pathNot: '\\.test\\.ts$' }, { pathNot: ['^src/lib/domain/', npm('valibot', '@noble/hashes', 'canonicalize')] }),
		only('db-knows-only-domain', 'Query files are plain functions of a connection: rules belong to use cases.', { path: '^src/lib/server/db/' }, { path: '^src/lib/', pathNot: ['^src/lib/domain/', '^src/lib/server/db/', '^src/lib/server/auth/actor'] }),
		only('drizzle-in-db', 'SQL stands in src/lib/server/db; the queue and the rate limiter hand a transaction on.', { path: '^(src|workers)/', pathNot: ['^src/lib/server/db/', '^src/lib/server/queue/', '\\.test\\.ts$'] }, { path: npm('drizzle-orm', 'drizzle-kit', 'postgres') }),
		only('pg-boss-in-queue', 'The queue is one folder.', { path: '^(src|workers)/', pathNot: '^src/lib/server/queue/' }, { path: npm('pg-boss') }),
		only('lucia-in-auth', 'lucia is deprecated by its author; it stays behind one folder.', { path: '^(src|workers)/', pathNot: '^src/lib/server/auth/' }, { path: npm('lucia', '@node-rs') }),
		only('nodemailer-in-mail', 'Mail goes out through one folder, which logs neither the server’s address nor its answers.', { path: '^(src|workers)/', pathNot: '^src/lib/server/mail/' }, { path: npm('nodemailer') }),
		only('undici-in-outbound', 'Addresses that people gave are called through one folder, which judges where they lead. Ray’s is the operator’s, said in the environment.', { path: '^(src|workers)/', pathNot: ['^src/lib/server/outbound/', '^workers/launchers/outside/ray\\.ts$'] }, { path: npm('undici', 'ipaddr.js') }),
		only('tus-in-uploads', 'Resumable uploads are spoken in one folder.', { path: '^(src|workers)/', pathNot: '^src/lib/server/uploads/' }, { path: npm('@tus') }),
		only('dagre-in-lineage', 'Drawings of lineages are laid out in one place, on the server: the browser gets places, not a layout library.', { path: '^(src|workers)/', pathNot: '^src/lib/server/lineage/' }, { path: npm('@dagrejs') }),
		only('kubernetes-in-its-launcher', 'The client is 62 MB and loaded by workers that hand runs to a cluster, in one file.', { path: '^(src|workers)/', pathNot: ['^workers/launchers/outside/kubernetes-', '\\.test\\.ts$'] }, { path: npm('@kubernetes') }),
		only('usecases-know-no-framework', 'A use case is called by web, worker and tests alike.', { path: '^src/lib/server/usecases/' }, { path: [npm('@sveltejs', 'svelte', 'pg-boss', 'drizzle-orm'), '^(node:)?child_process$', '^src/lib/components/', '^src/routes/'] }),
		only('server-knows-no-framework', 'lib/server is loaded by the worker, which has no SvelteKit.', { path: '^src/lib/server/' }, { path: [npm('@sveltejs', 'svelte'), '\\.svelte$', '^src/routes/', '^src/lib/components/', '^src/lib/paraglide/'] }),
		only('routes-parse-and-map', 'A route parses, calls one use case and maps the result.', { path: '^src/(routes|hooks)' }, { path: [npm('drizzle-orm', 'pg-boss', 'postgres'), '^workers/'] }),
		only('components-know-no-server', 'Components take data as props; only types may come from the server.', { path: '\\.svelte$|^src/lib/components/' }, { path: ['^src/lib/server/'], dependencyTypesNot: ['type-only'] }),
		only('browser-has-no-node', 'This runs in the browser.', { path: '^src/lib/components/', pathNot: '\\.test\\.ts$' }, { dependencyTypes: ['core'] }),
		only('handlers-know-no-pages', 'The worker never loads pages.', { path: '^workers/' }, { path: ['^src/routes/', '^src/lib/components/', npm('@sveltejs', 'svelte')] }),
		only('engine-knows-no-database', 'An engine is given paths and gives events: database and queue are the handlers’ business.', { path: '^workers/(engine|launchers|process|inference)/' }, { path: '^src/lib/server/' }),
		only('child-processes-in-process', 'Processes are started in one place that also ends them.', { path: '^(src|workers)/', pathNot: ['^workers/process/', '\\.test\\.ts$'] }, { path: '^(node:)?child_process$' }),
		only('src-knows-no-worker', 'The web process is built without the worker.', { path: '^src/' }, { path: '^(workers|test|scripts)/' })
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: ['^\\.svelte-kit/', '^build/'] },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		detectJSDocImports: false,
		enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'svelte', 'types'], extensions: ['.ts', '.mjs', '.js', '.svelte'] }
	}
};
