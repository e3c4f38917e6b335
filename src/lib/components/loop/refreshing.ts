import { invalidate } from '$app/navigation';

const EVERY_MS = 10_000;

/**
 * Loads a page's figures anew every ten seconds while somebody looks at it, and
 * at once when they come back to it. Never two at a time. Asks first whether the
 * server is there: a load that fails would put an error in the place of the
 * page. `heard` learns the answer; the returned function ends it.
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
			const there = await fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false);
			if (over) return;
			options.heard?.(there);
			if (there) await invalidate(dependency);
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
