import { invalidate } from '$app/navigation';

const EVERY_MS = 10_000;

/** Loads what depends on it anew if the server is there; a load that fails would put an error in the place of the page. */
export async function refresh(dependency: `${string}:${string}`): Promise<boolean> {
	const there = await fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false);
	if (there) await invalidate(dependency);
	return there;
}

/**
 * Loads a page's figures anew every ten seconds while somebody looks at it, and
 * at once when they come back to it. Never two at a time. `heard` learns whether
 * the server was there; the returned function ends it.
 */
export function refreshing(dependency: `${string}:${string}`, options: { everyMs?: number; heard?: (there: boolean) => void } = {}): () => void {
	const everyMs = options.everyMs ?? EVERY_MS;
	let under = false;
	let over = false;
	let last = Date.now();
	async function look(): Promise<void> {
		if (document.visibilityState !== 'visible' || under) return;
		under = true;
		last = Date.now();
		try {
			const there = await refresh(dependency);
			if (!over) options.heard?.(there);
		} finally {
			under = false;
		}
	}
	const back = (): void => {
		if (Date.now() - last >= everyMs) void look();
	};
	const timer = setInterval(() => void look(), everyMs);
	document.addEventListener('visibilitychange', back);
	window.addEventListener('online', back);
	return () => {
		over = true;
		clearInterval(timer);
		document.removeEventListener('visibilitychange', back);
		window.removeEventListener('online', back);
	};
}
