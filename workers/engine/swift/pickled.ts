/**
 * Files of a checkpoint that torch pickles: what is needed to go on from it (optimiser, schedule, randomness), and models in
 * torch's own formats, also the shards of its distributed ones. Nothing else needs them, and nobody should unpickle what a store holds.
 */
export const PICKLED = /\.(pt|pth|bin|pkl|distcp)$|(^|\/)\.metadata$/;
