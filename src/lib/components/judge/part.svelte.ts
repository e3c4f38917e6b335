/** A part of the page that is fetched when it is first wanted. */
export class Part<T> {
	it = $state.raw<T | null>(null);
	failed = $state(false);
	readonly #fetch: () => Promise<T>;
	#coming: Promise<boolean> | null = null;

	constructor(fetch: () => Promise<T>) {
		this.#fetch = fetch;
	}

	/** Fetches it once; one that did not come is asked for again the next time. */
	load(): Promise<boolean> {
		this.#coming ??= this.#fetch().then(
			(it) => {
				this.it = it;
				this.failed = false;
				return true;
			},
			() => {
				this.failed = true;
				this.#coming = null;
				return false;
			}
		);
		return this.#coming;
	}
}
