import { randomUUID } from 'node:crypto';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { fillDocument, THEME_COOKIE, themeFrom } from '#lib/components/shell/appearance.ts';
import { openDetails } from '#lib/components/ui/details.svelte.ts';
import { fail } from '#lib/domain/problem.ts';
import { boundedForm, MOST_FORM_BYTES } from '#lib/server/api/form-body.ts';
import { lastResort, withId } from '#lib/server/api/last-resort.ts';
import { problemResponse } from '#lib/server/api/serve.ts';
import { awayProblem, unexpected } from '#lib/server/api/unexpected.ts';
import { isForPrograms, isProbe, noMethod, noRoute } from '#lib/server/api/unrouted.ts';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import { untilPermitted } from '#lib/server/artifacts/until-permitted.ts';
import { identify } from '#lib/server/auth/identify.ts';
import type { Identity } from '#lib/server/auth/identify.ts';
import { isSafe, isSameOrigin } from '#lib/server/auth/same-origin.ts';
import { readConfig } from '#lib/server/config.ts';
import { serving } from '#lib/server/give-way.ts';
import { clearUploads } from '#lib/server/usecases/clear-uploads.ts';
import { paraglideMiddleware } from '#lib/paraglide/server.js';
import errorPage from './error.html?raw';

/** How often files of uploads that were forgotten are removed. */
const CLEAR_MS = 3_600_000;

let app: App;

/** Composition root of the web process. */
export const init: ServerInit = async () => {
	await openDetails();
	app = await createApp(readConfig(process.env), 'web');
	const shutdown = new AbortController();
	// It serves all the same: what needs no file goes on.
	const told = (error: unknown) => app.log.error({ err: error }, 'the artifact store');
	if (app.config.artifacts.kind === 'folder') void untilPermitted(app.config.artifacts.dir, { signal: shutdown.signal, denied: told }).catch(told);
	// Nobody asks for what was left behind; the next hour tries again what failed.
	const clear = () => void clearUploads(app, app.db).catch(() => undefined);
	clear();
	const clearing = setInterval(clear, CLEAR_MS).unref();
	process.once('sveltekit:shutdown', () => {
		shutdown.abort();
		clearInterval(clearing);
		void app.close();
	});
};

const who: Handle = async ({ event, resolve }) => {
	const { request, locals, url } = event;
	// Whether the process lives is said while the database is away, too, also to who brings a cookie.
	if (isProbe(url.pathname)) return resolve(event);
	let identity: Identity;
	try {
		identity = await identify(app, { cookie: request.headers.get('cookie'), authorization: request.headers.get('authorization') });
	} catch (cause) {
		const { requestId } = locals;
		app.log.error({ err: cause, requestId, route: event.route.id }, 'who asks could not be looked up');
		const problem = unexpected(cause);
		return isForPrograms(url.pathname) ? problemResponse(problem, requestId) : lastResort(event, problem, errorPage);
	}
	locals.actor = identity.actor;
	locals.person = identity.person;
	// Before the route runs: one that signs in or out sets the cookie after this and wins.
	if (identity.session) event.cookies.set(identity.session.name, identity.session.value, identity.session.attributes);
	return resolve(event);
};

/** Where no route answers a program, the framework would send it a page, or plain text. */
const inProblems: Handle = async ({ event, resolve }) => {
	const { pathname } = event.url;
	if (!isForPrograms(pathname)) return resolve(event);
	const { requestId } = event.locals;
	if (event.route.id === null) return noRoute(pathname, requestId);
	const response = await resolve(event);
	return response.status === 405 ? noMethod(event.request.method, response.headers.get('allow'), requestId) : response;
};

const language: Handle = ({ event, resolve }) => {
	// The API speaks to programs: no locale, no page to rewrite.
	if (isForPrograms(event.url.pathname)) return resolve(event);
	return paraglideMiddleware(event.request, ({ request, locale }) => {
		event.request = request;
		return resolve(event, { transformPageChunk: ({ html }) => fillDocument(html, locale, themeFrom(event.cookies.get(THEME_COOKIE))) });
	});
};

const headers: Handle = async ({ event, resolve }) => {
	const response = await resolve(event);
	response.headers.set('x-content-type-options', 'nosniff');
	response.headers.set('referrer-policy', 'same-origin');
	response.headers.set('cross-origin-opener-policy', 'same-origin');
	response.headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
	// Reached by https, a browser asks in the clear no more: an answer there could be anybody's.
	if (app.config.secureCookies) response.headers.set('strict-transport-security', 'max-age=31536000');
	return response;
};

/** Pages' own forms only: another site must not act with the reader's cookie. The API checks for itself, it also takes tokens. */
const ownForms: Handle = ({ event, resolve }) => {
	if (isSafe(event.request.method) || isForPrograms(event.url.pathname) || isSameOrigin(event.request, event.url.origin, app.config.secureCookies)) return resolve(event);
	return new Response('This form was sent from another site.', { status: 403 });
};

/** Imports are streamed, so the process itself sets no limit: what a page's action holds in memory is limited here, before anybody has signed in. */
const formsInBounds: Handle = async ({ event, resolve }) => {
	if (isSafe(event.request.method) || isForPrograms(event.url.pathname)) return resolve(event);
	const bounded = await boundedForm(event.request);
	if (bounded) {
		event.request = bounded;
		return resolve(event);
	}
	return lastResort(event, fail('too_large', `A form may have at most ${MOST_FORM_BYTES} bytes.`).problem, errorPage);
};

/** First of all: whatever becomes of a request has an id in the log; and an import or a freeze in this process rests while somebody else is served. */
const first: Handle = ({ event, resolve }) => {
	Object.assign(event.locals, { app, actor: null, person: null, requestId: randomUUID() });
	return serving(() => resolve(event));
};

export const handle = sequence(first, headers, ownForms, formsInBounds, who, inProblems, language);

/** What nobody expected: logged with its id; the reader learns the id, and whether it is the database that is away. */
export const handleError: HandleServerError = ({ error: cause, event, status, message }) => {
	const { requestId } = event.locals;
	if (status === 404) return { message, requestId };
	event.locals.app?.log.error({ err: cause, requestId, route: event.route.id }, 'unexpected');
	const away = awayProblem(cause);
	return { ...(away ? { code: away.code } : {}), message: withId(away?.detail ?? 'Something went wrong on our side.', requestId), requestId };
};
