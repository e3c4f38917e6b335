/** What an image or document may be; anything else is refused at the door. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export const TEXT_TYPES = ['text/plain', 'text/markdown'] as const;
export const DOCUMENT_TYPES = ['application/pdf', ...TEXT_TYPES] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];
export type TextType = (typeof TEXT_TYPES)[number];
export type MediaType = ImageType | (typeof DOCUMENT_TYPES)[number];

/** What is known of an image or document besides its bytes; the sides are an image's, as it is seen. */
export type ArtifactFacts = { mediaType: MediaType; bytes: number; width: number | null; height: number | null };

/** Whether it is shown as a picture. */
export function isImageType(type: string): type is ImageType {
	return (IMAGE_TYPES as readonly string[]).includes(type);
}

/** Whether it is a document: text, or a PDF. */
export function isDocumentType(type: string): boolean {
	return (DOCUMENT_TYPES as readonly string[]).includes(type);
}

/** Largest text of one message or one text document in characters: a long contract fits, a mistaken file does not fill the store. */
export const MAX_TEXT_CHARS = 4_000_000;
