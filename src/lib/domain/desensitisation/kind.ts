/** What rules of form find: each has a detector of its own in this folder. */
export const RULE_KINDS = ['id_card', 'bank_card', 'iban', 'phone', 'email', 'passport', 'plate', 'url_secret', 'ip', 'amount'] as const;

/** What a worker's language model of names finds. */
export const NAME_KINDS = ['person', 'organisation'] as const;

/** What the project itself listed. */
export const LIST_KINDS = ['word', 'pattern'] as const;

/** Every kind of sensitive text, in the order in which two findings of one length are told apart. */
export const KINDS = [...LIST_KINDS, ...RULE_KINDS, ...NAME_KINDS] as const;
export type Kind = (typeof KINDS)[number];

/** What is done about a finding: nothing, it is told of, hidden, or named by a number that stays the same throughout its document. */
export const ACTIONS = ['off', 'flag', 'mask', 'placeholder'] as const;
export type Action = (typeof ACTIONS)[number];

/** A stretch of a text, as offsets of UTF-16 units: what JavaScript's strings count in. */
export type Span = { start: number; end: number };

/** Something sensitive in a text. */
export type Finding = Span & { kind: Kind };

/** Finds stretches in a text that was folded (`fold.ts`); pure, in time linear in the text. */
export type Detector = (folded: string) => Span[];
