import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { PROBLEMS } from '../../domain/problem.ts';
import { problemDocument } from './fields.ts';
import { problemsOf } from './operation.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';

type Json = Record<string, unknown>;

/** JSON Schema of a valibot schema; checks that JSON Schema cannot say stay with the validator. */
function schemaOf(schema: GenericSchema, typeMode: 'input' | 'output'): Json {
	const { $schema: _, ...json } = toJsonSchema(schema, { errorMode: 'ignore', typeMode }) as Json;
	return json;
}

function parameters(op: Operation): Json[] {
	const places = [['path', op.params], ['query', op.query], ['header', op.headers]] as const;
	return places.flatMap(([place, schema]) => {
		if (!schema) return [];
		const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
		return Object.entries(json.properties ?? {}).map(([name, of]) => ({ name, in: place, required: place === 'path' || (json.required ?? []).includes(name), schema: of }));
	});
}

const isSchema = (answer: GenericSchema | string | readonly string[]): answer is GenericSchema => typeof answer === 'object' && 'kind' in answer;

function responses(op: Operation): Json {
	const described: Json = {};
	for (const [status, answer] of Object.entries(op.answers)) {
		const content = answer === null ? {} : { content: isSchema(answer) ? { 'application/json': { schema: schemaOf(answer, 'output') } } : Object.fromEntries([answer].flat().map((type) => [type, { schema: {} }])) };
		described[status] = { description: op.summary, ...content };
	}
	const byStatus = Map.groupBy(problemsOf(op), (code) => PROBLEMS[code].status);
	for (const [status, codes] of byStatus) {
		described[String(status)] = {
			description: codes.map((code) => `${code}: ${PROBLEMS[code].title}`).join('; '),
			content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
		};
	}
	return described;
}

/** The whole API as OpenAPI 3.1, from the schemas that validate it. */
export function openApiDocument(): Json {
	const paths: Record<string, Json> = {};
	for (const op of OPERATIONS) {
		const body = op.upload
			? { required: true, content: Object.fromEntries(op.upload.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])) }
			: op.body
				? { required: true, content: { 'application/json': { schema: schemaOf(op.body, 'input') } } }
				: undefined;
		(paths[op.path] ??= {})[op.method.toLowerCase()] = {
			operationId: op.id,
			summary: op.summary,
			...(op.access === 'public' ? { security: [] } : {}),
			...(op.access === 'public' || op.access === 'signed-in' ? {} : { description: `Needs the scope \`${op.access}\`${op.accessFor ? `; for ${op.accessFor.what} \`${op.accessFor.access}\`` : ''}.` }),
			parameters: parameters(op),
			...(body ? { requestBody: body } : {}),
			responses: responses(op)
		};
	}
	return {
		openapi: '3.1.0',
		info: { title: 'Plumbline', version: '1', description: 'Preference judgments, datasets, training runs and checkpoints. Errors are RFC 9457 problem documents.' },
		servers: [{ url: '/api/v1' }],
		security: [{ token: [] }],
		paths,
		components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: schemaOf(problemDocument, 'output') } }
	};
}
