import { setTimeout as sleep } from 'node:timers/promises';
import { StoreDenied } from './store-denied.ts';
import { tryStore } from './try-store.ts';

/** How often a store that denied this process something is tried again. */
export const TRY_MS = 5000;

/**
 * Tries a store in a folder until it denies this process nothing, or the process goes down. Once is not believed: who
 * makes a folder gives it to the store's group a moment later, and rights that another host keeps may come late.
 * @param denied hears what stays denied, and hears it again only when it is something else
 * @returns false when the process went down first
 * @throws what the file system says that is no denial
 */
export async function untilPermitted(root: string, { signal, denied, tryMs = TRY_MS }: { signal: AbortSignal; denied: (error: StoreDenied) => void; tryMs?: number }): Promise<boolean> {
	let told: string | null = null;
	for (let tries = 1; !signal.aborted; tries++) {
		const error = await denialOf(root);
		if (!error) return true;
		if (tries > 1 && error.message !== told) {
			told = error.message;
			denied(error);
		}
		await sleep(tryMs, undefined, { signal, ref: false }).catch(() => undefined);
	}
	return false;
}

async function denialOf(root: string): Promise<StoreDenied | null> {
	return tryStore(root).then(
		() => null,
		(error: unknown) => {
			if (error instanceof StoreDenied) return error;
			throw error;
		}
	);
}
