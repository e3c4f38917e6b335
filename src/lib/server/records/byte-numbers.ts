/** A number of a place on, 7 bits a byte, the lowest first. @throws RangeError where it is cut off */
export function varintAt(bytes: Uint8Array, at: number): { value: number; next: number } {
	let value = 0;
	for (let shift = 1; ; shift *= 128) {
		const byte = bytes[at];
		if (byte === undefined || shift > 2 ** 63) throw new RangeError('cut off');
		at += 1;
		value += (byte & 0x7f) * shift;
		if (byte < 0x80) return { value, next: at };
	}
}

/** Reads one number after the other; `at` is the place of the next. @throws RangeError where one is cut off */
export class Numbers {
	at: number;
	readonly #bytes: Uint8Array;

	constructor(bytes: Uint8Array, at: number) {
		this.#bytes = bytes;
		this.at = at;
	}

	/** The next one, of no sign. */
	varint(): number {
		const { value, next } = varintAt(this.#bytes, this.at);
		this.at = next;
		return value;
	}

	/** The next one, its sign in the lowest bit. */
	zigzag(): number {
		const value = this.varint();
		return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
	}
}
