/**
 * Keys struck while a part that one of them opened is on its way: they are meant for that part and must
 * neither judge nor be lost. Played again, in their order, once it is there.
 */
export class HeldKeys {
	#keys: KeyboardEventInit[] = [];

	/** Holds a press back; those with a modifier that the browser or the system answers go their way. */
	hold(event: KeyboardEvent): void {
		if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		const { key, code, shiftKey, repeat } = event;
		this.#keys.push({ key, code, shiftKey, repeat, bubbles: true, cancelable: true });
	}

	/** Plays what was held back to whatever has the focus now. */
	play(): void {
		for (const key of this.#keys.splice(0)) (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', key));
	}

	/** Forgets it: the part did not come. */
	drop(): void {
		this.#keys = [];
	}
}
