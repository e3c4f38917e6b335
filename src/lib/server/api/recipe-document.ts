import { toJsonSchema } from '@valibot/to-json-schema';
import { ADVANCED_ARGUMENTS } from '../../domain/recipe/advanced.ts';
import { OBJECTIVES } from '../../domain/recipe/field.ts';
import { OBJECTIVE_FACTS } from '../../domain/recipe/objective-facts.ts';
import { presetsFor } from '../../domain/recipe/presets.ts';
import { fieldsOf, RECIPE_SCHEMAS, recipeDefaults } from '../../domain/training-recipe.ts';

/** Everything a client needs to show and fill in a recipe, from the tables that check and run it. */
export function recipeDocument() {
	const objectives = OBJECTIVES.map((objective) => {
		const { label, help, reads, reference, generates } = OBJECTIVE_FACTS[objective];
		const fields = fieldsOf(objective).map(([key, field]) => ({ key, label: field.label, help: field.help, kind: field.kind, part: field.part, optional: field.optional, ...(field.unit ? { unit: field.unit } : {}), ...(field.choices ? { choices: field.choices } : {}) }));
		const defaults = { cpu: recipeDefaults(objective, { device: 'cpu' }), gpu: recipeDefaults(objective, { device: 'gpu' }) };
		return [objective, { label, help, reads, reference, generates, schema: toJsonSchema(RECIPE_SCHEMAS[objective], { errorMode: 'ignore' }), fields, defaults, presets: presetsFor(objective).map(({ key, name, why, settings }) => ({ key, name, why, settings })) }] as const;
	});
	return { objectives: Object.fromEntries(objectives), advanced: ADVANCED_ARGUMENTS };
}
