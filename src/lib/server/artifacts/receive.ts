import { MAX_TEXT_CHARS } from '../../domain/artifact.ts';
import type { ArtifactFacts, TextType } from '../../domain/artifact.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { headOf } from '../stream-head.ts';
import { HEAD_BYTES, sidesOf, sniff } from './sniff.ts';
import type { Artifacts } from './store.ts';

/** How large what is uploaded may be. */
export type UploadLimits = { imageBytes: number; documentBytes: number; imagePixels: number };

/** A stored upload. `text`: what a text document says; null for images, and for PDFs until they are read. */
export type Received = { sha256: string; facts: ArtifactFacts; text: string | null };

/** What a project wants of uploads: texts with what is sensitive hidden before anything is stored, and nothing that cannot be. */
export type UploadGuard = { hide: (text: string) => string; refuseOthers: boolean };

/** No side of an image that is read by people or models is longer. */
const MAX_SIDE = 30_000;

/** Ends a stream that is not what it should be; carries the reason out of the store. */
class Unfit extends Error {
	readonly result: Result<never>;
	constructor(result: Result<never>) {
		super('unfit');
		this.result = result;
	}
}

const megabytes = (bytes: number) => `${Math.round(bytes / 100_000) / 10} MB`;
const imageTooLarge = (most: number) => fail('too_large', `An image may have at most ${megabytes(most)}.`);
const documentTooLarge = (most: number) => fail('too_large', `A document may have at most ${megabytes(most)}.`);
const notText = fail('unsupported_format', 'This is no image (PNG, JPEG, WebP), no PDF and no text in UTF-8. Convert it and send it again.');

async function* within(source: AsyncIterable<Uint8Array>, most: number, tooLarge: (most: number) => Result<never>): AsyncGenerator<Uint8Array> {
	let bytes = 0;
	for await (const chunk of source) {
		bytes += chunk.byteLength;
		if (bytes > most) throw new Unfit(tooLarge(most));
		yield chunk;
	}
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}

async function receiveImage(store: Artifacts, source: AsyncIterable<Uint8Array>, mediaType: ArtifactFacts['mediaType'], limits: UploadLimits): Promise<Result<Received>> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of within(source, limits.imageBytes, imageTooLarge)) chunks.push(chunk);
	const bytes = Buffer.concat(chunks);
	const sides = sidesOf(bytes);
	if (!sides) return fail('unsupported_format', 'The image is broken: its size cannot be read. Save it anew and send it again.');
	const { width, height } = sides;
	if (width * height > limits.imagePixels || Math.max(width, height) > MAX_SIDE) {
		return fail('too_large', `The image has ${width} × ${height} pixels; at most ${Math.round(limits.imagePixels / 1_000_000)} megapixels and ${MAX_SIDE} a side. Scale it down.`);
	}
	const stored = await store.putStream(one(bytes));
	return ok({ sha256: stored.sha256, facts: { mediaType, bytes: stored.bytes, width, height }, text: null });
}

async function receiveText(store: Artifacts, source: AsyncIterable<Uint8Array>, mediaType: TextType, limits: UploadLimits, guard: UploadGuard | null): Promise<Result<Received>> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let text = '';
	const take = (chunk?: Uint8Array) => {
		try {
			text += decoder.decode(chunk, { stream: chunk !== undefined });
		} catch {
			throw new Unfit(notText);
		}
		if (text.includes('\0', Math.max(0, text.length - (chunk?.byteLength ?? 0) - 4))) throw new Unfit(notText);
		if (text.length > MAX_TEXT_CHARS) throw new Unfit(fail('too_large', `A text may have at most ${MAX_TEXT_CHARS} characters.`));
	};
	async function* checked() {
		for await (const chunk of within(source, limits.documentBytes, documentTooLarge)) {
			take(chunk);
			yield chunk;
		}
		take();
	}
	if (guard) {
		// Nothing of it touches the store before it was dealt with: the text is at hand as a whole.
		for await (const chunk of checked()) void chunk;
		text = guard.hide(text);
	}
	const stored = await store.putStream(guard ? one(Buffer.from(text)) : checked());
	return ok({ sha256: stored.sha256, facts: { mediaType, bytes: stored.bytes, width: null, height: null }, text });
}

/**
 * Takes an upload into the store if its bytes are an image (PNG, JPEG, WebP), a
 * PDF or a text, and no larger than allowed. `declared` matters for texts
 * alone: whether they are read as Markdown cannot be seen in them.
 */
export async function receive(store: Artifacts, source: AsyncIterable<Uint8Array>, limits: UploadLimits, declared: string | null, guard: UploadGuard | null = null): Promise<Result<Received>> {
	try {
		const { head, whole } = await headOf(source, HEAD_BYTES);
		if (head.byteLength === 0) return fail('invalid_input', 'The file is empty.');
		const found = await sniff(head);
		if (found.kind === 'refused') return fail('unsupported_format', `This is ${found.name}. Images are taken as PNG, JPEG or WebP, documents as PDF, Markdown or plain text.`);
		if (guard?.refuseOthers && found.kind !== 'text') return fail('unsupported_format', 'This project takes texts alone: what an image or a PDF shows cannot be hidden. Send its text, or ask the project’s owner.');
		if (found.kind === 'image') return await receiveImage(store, whole, found.mediaType, limits);
		if (found.kind === 'text') return await receiveText(store, whole, declared?.startsWith('text/markdown') ? 'text/markdown' : 'text/plain', limits, guard);
		const stored = await store.putStream(within(whole, limits.documentBytes, documentTooLarge));
		return ok({ sha256: stored.sha256, facts: { mediaType: 'application/pdf', bytes: stored.bytes, width: null, height: null }, text: null });
	} catch (error) {
		if (error instanceof Unfit) return error.result;
		throw error;
	}
}
