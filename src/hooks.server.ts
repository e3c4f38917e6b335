import { randomUUID } from 'node:crypto';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { fillDocument, THEME_COOKIE, themeFrom } from '#lib/components/shell/appearance.ts';
import { openDetails } from '#lib/components/ui/details.svelte.ts';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import { identify } from '#lib/server/auth/identify.ts';
import { isSafe, isSameOrigin } from '#lib/server/auth/same-origin.ts';
import { readConfig } from '#lib/server/config.ts';
import { serving } from '#lib/server/give-way.ts';
import { clearUploads } from '#lib/server/usecases/clear-uploads.ts';
import { paraglideMiddleware } from '#lib/paraglide/server.js';

/** How often files of uploads that were forgotten are removed. */
const CLEAR_MS = 3_600_000;

let app: App;

/** Composition root of the web process. */
export const init: ServerInit = async () => {
	await openDetails();
	app = await createApp(readConfig(process.env), 'web');
	// Nobody asks for what was left behind; the next hour tries again what failed.
	const clear = () => void clearUploads(app, app.db).catch(() => undefined);
	clear();
	const clearing = setInterval(clear, CLEAR_MS).unref();
	process.once('sveltekit:shutdown', () => {
		clearInterval(clearing);
		void app.close();
	});
};

const who: Handle = async ({ event, resolve }) => {
	const identity = await identify(app, {
		cookie: event.request.headers.get('cookie'),
		authorization: event.request.headers.get('authorization')
	});
	event.locals.app = app;
	event.locals.actor = identity.actor;
	event.locals.person = identity.person;
	event.locals.requestId = randomUUID();
	// Before the route runs: one that signs in or out sets the cookie after this and wins.
	if (identity.session) event.cookies.set(identity.session.name, identity.session.value, identity.session.attributes);
	return resolve(event);
};

const language: Handle = ({ event, resolve }) => {
	// The API speaks to programs: no locale, no page to rewrite.
	if (event.url.pathname.startsWith('/api/') || event.url.pathname === '/healthz') return resolve(event);
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
	return response;
};

/** Pages' own forms only: another site must not act with the reader's cookie. The API checks for itself, it also takes tokens. */
const ownForms: Handle = ({ event, resolve }) => {
	if (isSafe(event.request.method) || event.url.pathname.startsWith('/api/') || isSameOrigin(event.request, event.url.origin)) return resolve(event);
	return new Response('This form was sent from another site.', { status: 403 });
};

/** First of all: an import or a freeze in this process rests while somebody else is served. */
const first: Handle = ({ event, resolve }) => serving(() => resolve(event));

export const handle = sequence(first, headers, ownForms, who, language);

/** What nobody expected: logged with its id; the reader learns the id and nothing else. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	if (status !== 404) event.locals.app?.log.error({ err: error, requestId: event.locals.requestId, route: event.route.id }, 'unexpected');
	return { message: status === 404 ? message : 'Something went wrong on our side.', requestId: event.locals.requestId };
};

