import { kindName } from '#lib/components/desensitisation/kind-names.ts';
import { typedKinds } from '#lib/domain/desensitisation/typed-text.ts';

/** What looks like personal data in what somebody types, in the reader's language. */
export const personalData = (text: string, known: string): string[] => typedKinds(text, known).map(kindName);
