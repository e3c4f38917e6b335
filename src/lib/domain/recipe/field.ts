import * as v from 'valibot';

/** Objectives a recipe can train. */
export const OBJECTIVES = ['dpo', 'kto', 'orpo', 'cpo', 'simpo', 'sft', 'rm'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** Where a run's numbers are computed. */
export type Device = 'cpu' | 'gpu';

/** How the weights learn: an adapter, an adapter on 4-bit weights, or all of them. */
export const TUNERS = ['lora', 'qlora', 'full'] as const;
export type Tuner = (typeof TUNERS)[number];

/** One sentence or name in both languages of the product. */
export type Words = { en: string; zh: string };

/** A recipe's settings before it is known whose they are: what `when` and `flags` look at. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a proposal depends on. */
export type DefaultsFor = { objective: Objective; device: Device; tuner: Tuner };

/** Arguments of the engine by name. A list becomes several words after one name; null leaves the argument out. */
export type Flags = Record<string, string | number | boolean | readonly string[] | null>;

/** What an argument depends on beside its own value. */
export type FlagsFor = { engine: 'swift' | 'megatron'; device: Device; settings: Settings };

/** Where the form shows a field: at once, below “More settings”, or there under the hardware. */
export type Part = 'main' | 'more' | 'hardware';

type Described<T> = {
	label: Words;
	/** One sentence that says what it does. */
	help: Words;
	/** What a number counts; empty for a bare number. */
	unit?: string;
	part: Part;
	propose: (of: DefaultsFor) => T;
	/** Whether it means anything beside the other settings; always, when left out. */
	when?: (settings: Settings) => boolean;
	/** The engine's argument: its name when value and argument are the same, else what the value becomes. */
	flag: string | ((value: T, of: FlagsFor) => Flags);
	/** Megatron's name for the same, where it has another; null where it has none. */
	megatron?: string | null;
	/** A number that runs may be tried over, and how a sweep draws it: `log` gives each order of magnitude the same chance. */
	sweep?: 'log' | 'even';
};

/** One setting of a recipe with everything that is known of it. Form, API, defaults, explanation, arguments and tests read only this. */
export type Field<T, S extends v.GenericSchema<unknown, T> = v.GenericSchema<unknown, T>> = Described<T> & {
	schema: S;
	kind: 'number' | 'choice' | 'switch' | 'modules';
	/** kind `choice`: every value in words; kind `modules`: those that are offered, a list of names is free. */
	choices?: Readonly<Record<string, Words>>;
	/** May be left empty, which switches it off. */
	optional: boolean;
};

/** A whole number within bounds. */
export const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
/** A number within bounds. */
export const number = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));

type NumberSchema = ReturnType<typeof integer> | ReturnType<typeof number>;

/** A field that holds a number. */
export function numberField<S extends NumberSchema>(schema: S, of: Described<number>) {
	return { ...of, schema, kind: 'number' as const, optional: false };
}

/** A field that holds a number or is switched off. */
export function optionalField<S extends NumberSchema>(schema: S, of: Described<number | null>) {
	return { ...of, schema: v.nullable(schema), kind: 'number' as const, optional: true };
}

/** A field with a fixed choice of words. */
export function choiceField<const C extends Readonly<Record<string, Words>>>(choices: C, of: Described<Extract<keyof C, string>>) {
	const names = Object.keys(choices) as Extract<keyof C, string>[];
	return { ...of, schema: v.picklist(names), kind: 'choice' as const, choices, optional: false };
}

/** A field that is on or off. */
export function switchField(of: Described<boolean>) {
	return { ...of, schema: v.boolean(), kind: 'switch' as const, optional: false };
}
