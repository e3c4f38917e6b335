import type { Hub } from '#lib/domain/hub-model.ts';

/** Hubs by the names that they have in every language. */
export const HUB_NAMES: Record<Hub, string> = { hf: 'Hugging Face', modelscope: 'ModelScope' };
