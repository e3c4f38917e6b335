import { invalidate } from '$app/navigation';

const EVERY_MS = 10_000;

/**
 * Loads a page's figures anew every ten seconds while somebody looks at it, and
 * at once when they come back to it. Never two at a time; a failed one is simply
 * followed by the next. The returned function ends it.
 */
export function refreshing(dependency: `${string}:${string}`, everyMs = EVERY_MS): () => void {
	let under = false;
	let last = Date.now();
	const look = (): void => {
		if (document.visibilityState !== 'visible' || under || !navigator.onLine) return;
		under = true;
		last = Date.now();
		void invalidate(dependency)
			.catch(() => undefined)
			.finally(() => (under = false));
	};
	const back = (): void => {
		if (Date.now() - last >= everyMs) look();
	};
	const timer = setInterval(look, everyMs);
	document.addEventListener('visibilitychange', back);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', back);
	};
}
