/**
 * An upload that is read to its end also when its reader gave it up (bytes that
 * are no text, early in a large file): cut off in the middle, the client would
 * see a broken connection instead of the reason. Of what nobody wants any more
 * at most so many bytes are read on; null: all.
 */
export async function* wholeBody(body: ReadableStream<Uint8Array> | null, mostPassedOver: number | null = null): AsyncGenerator<Uint8Array> {
	if (!body) return;
	const reader = body.getReader();
	let over = false;
	try {
		for (;;) {
			const { done, value } = await reader.read();
			over = done;
			if (done) return;
			yield value;
		}
	} catch (error) {
		over = true;
		throw error;
	} finally {
		for (let left = mostPassedOver ?? Infinity; !over && left > 0; ) {
			const rest = await reader.read().catch(() => ({ done: true as const, value: undefined }));
			over = rest.done;
			left -= rest.value?.byteLength ?? 0;
		}
		if (!over) await reader.cancel().catch(() => undefined);
	}
}
