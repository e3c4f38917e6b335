import { fileTypeFromBuffer } from 'file-type';
import { disableTypes, imageSize, types } from 'image-size';
import type { ImageType } from '../../domain/artifact.ts';
import { isImageType } from '../../domain/artifact.ts';

/** So many first bytes tell what a file is. */
export const HEAD_BYTES = 8192;

/** What first bytes say: one of ours, perhaps a text, or something that is not taken (`name`: what it seems to be). */
export type Sniffed = { kind: 'image'; mediaType: ImageType } | { kind: 'pdf' } | { kind: 'text' } | { kind: 'refused'; name: string };

const READ = new Set(['png', 'jpg', 'webp']);
// The parsers of all other formats would only be a larger door for hostile bytes.
disableTypes(types.filter((type) => !READ.has(type)));

/** A page, a drawing or a program's markup at the beginning of a text, comments and white space passed over. */
const MARKUP = /^(?:\s|<!--[\s\S]*?-->)*<(?:!doctype|\?xml|(?:html|head|body|svg|script|style|iframe|meta|link)[\s/>])/iu;

/** What a file is, by its first bytes alone: names and declared types may lie. */
export async function sniff(head: Uint8Array): Promise<Sniffed> {
	const found = await fileTypeFromBuffer(head).catch(() => undefined);
	if (found) {
		if (isImageType(found.mime)) return { kind: 'image', mediaType: found.mime };
		return found.mime === 'application/pdf' ? { kind: 'pdf' } : { kind: 'refused', name: found.mime };
	}
	// Judged as text even where it is none: then its bytes are found out when they are decoded.
	const start = new TextDecoder('utf-8').decode(head);
	if (MARKUP.test(start)) return { kind: 'refused', name: /<svg[\s/>]/iu.test(start) ? 'image/svg+xml' : 'text/html' };
	return { kind: 'text' };
}

/** An image's sides as it is seen, read from its header without decoding it; null where the header is broken. */
export function sidesOf(image: Uint8Array): { width: number; height: number } | null {
	try {
		const { width, height, orientation = 1 } = imageSize(image);
		if (!(width > 0 && height > 0)) return null;
		// Cameras store a portrait lying, with a note; browsers follow the note.
		return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
	} catch {
		return null;
	}
}
