import { expect, it } from 'vitest';
import { readAs } from './how-to-read.ts';

it('tells the engine a model and how to read it: by the template that its folder names, else by the one that was found', () => {
	expect(readAs({ path: '/m' })).toEqual(['--model', '/m']);
	expect(readAs({ path: '/m', modelType: 'qwen2', engineTemplate: 'qwen2_5' })).toEqual(['--model', '/m', '--model_type', 'qwen2', '--template', 'qwen2_5']);
	expect(readAs({ path: '/m', modelType: 'llama', template: 'chatml', engineTemplate: 'llama3' }, '-')).toEqual(['--model', '/m', '--model-type', 'llama', '--template', 'chatml']);
});
