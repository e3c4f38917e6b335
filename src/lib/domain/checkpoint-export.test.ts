import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { calibrationRow, canMake, canMeasure, changesWeights, EXPORT_FORMATS, exportName, ExportPlan, missingPart, refusedForm, unfitToPromote, unservable, withoutFolders } from './checkpoint-export.ts';

const messages = [{ role: 'user' as const, content: 'May I end the lease?' }, { role: 'assistant' as const, content: 'Read clause 7 first.' }];

describe('what an export is to be', () => {
	it('is its form with the usual settings', () => {
		expect(EXPORT_FORMATS.map((format) => v.parse(ExportPlan, { format }))).toEqual([
			{ format: 'adapter' },
			{ format: 'merged' },
			{ format: 'gptq', bits: 4, groupSize: 128, samples: 256, blockTokens: 2048 },
			{ format: 'awq', groupSize: 128, samples: 256, blockTokens: 2048 },
			{ format: 'gguf', type: 'f16' }
		]);
	});

	it('takes no setting of another form, and says what would be right', () => {
		for (const wrong of [{ format: 'merged', bits: 4 }, { format: 'awq', bits: 8 }, { format: 'gptq', bits: 3 }, { format: 'gguf', type: 'q2_k' }, { format: 'onnx' }, { format: 'gptq', samples: 1e6 }]) expect(v.safeParse(ExportPlan, wrong).success).toBe(false);
		expect(v.safeParse(ExportPlan, { format: 'onnx' }).issues?.[0]?.message).toBe('one of adapter, merged, gptq, awq, gguf');
	});
});

describe('which forms a checkpoint can take', () => {
	it('an adapter all, a whole model none of an adapter, a reward model none that writes, the base none', () => {
		const can = (kind: 'base' | 'adapter' | 'full', writes: boolean) => EXPORT_FORMATS.filter((format) => refusedForm(format, { kind, writes }) === null);
		expect(can('adapter', true)).toEqual([...EXPORT_FORMATS]);
		expect(can('full', true)).toEqual(['merged', 'gptq', 'awq', 'gguf']);
		expect(can('adapter', false)).toEqual(['adapter', 'merged']);
		expect(can('base', true)).toEqual([]);
	});

	it('weights stay the same only where the same bytes go out', () => {
		expect(EXPORT_FORMATS.filter((format) => !changesWeights(format, 'adapter'))).toEqual(['adapter']);
		expect(EXPORT_FORMATS.filter((format) => !changesWeights(format, 'full'))).toEqual(['adapter', 'merged']);
	});

	it('rounding needs a GPU, GGUF a converter', () => {
		const gpus = [{ name: 'A', memoryBytes: 1 }];
		expect(EXPORT_FORMATS.filter((format) => canMake(format, { gpus: [] }))).toEqual(['adapter', 'merged']);
		expect(EXPORT_FORMATS.filter((format) => canMake(format, { gpus }))).toEqual(['adapter', 'merged', 'gptq', 'awq']);
		expect(canMake('gguf', { gpus: [], gguf: true })).toBe(true);
		// Measured is by what transformers reads: no converter is wanted.
		expect(EXPORT_FORMATS.filter((format) => canMeasure(format, { gpus: [] }))).toEqual(['adapter', 'merged', 'gguf']);
		expect(EXPORT_FORMATS.filter((format) => canMeasure(format, { gpus }))).toEqual([...EXPORT_FORMATS]);
	});
});

it('every form but GGUF can be served by a server of ours', () => {
	expect(EXPORT_FORMATS.filter((format) => unservable(format) !== null)).toEqual(['gguf']);
});

it('a folder out of which files were lost is not a form of a checkpoint', () => {
	expect(missingPart('merged', ['config.json', 'model.safetensors', 'tokenizer.json'])).toBe(null);
	expect(missingPart('merged', ['model.safetensors'])).toBe('config.json');
	expect(missingPart('gptq', ['config.json', 'tokenizer.json'])).toBe('weights');
	const part = (place: number) => `model-0000${place}-of-00003.safetensors`;
	expect(missingPart('awq', ['config.json', 'model.safetensors.index.json', part(1), part(2), part(3)])).toBe(null);
	expect(missingPart('awq', ['config.json', 'model.safetensors.index.json', part(1), part(3)])).toBe(part(2));
	expect(missingPart('gguf', ['r1-a1-q8_0.gguf'])).toBe(null);
	expect(missingPart('gguf', [])).toBe('GGUF file');
	expect(missingPart('adapter', ['adapter_config.json', 'adapter_model.safetensors'])).toBe(null);
});

it('what was made is promoted where its weights are those that were measured, or were measured again', () => {
	expect(unfitToPromote({ status: 'running', changed: false, evaluation: null })).toBe('not_made');
	expect(unfitToPromote({ status: 'succeeded', changed: true, evaluation: 'failed' })).toBe('not_measured');
	expect(unfitToPromote({ status: 'succeeded', changed: true, evaluation: null })).toBe('not_measured');
	expect(unfitToPromote({ status: 'succeeded', changed: true, evaluation: 'succeeded' })).toBe(null);
	expect(unfitToPromote({ status: 'succeeded', changed: false, evaluation: null })).toBe(null);
});

it('rows to round by hold better answers alone, and none with images', () => {
	expect(calibrationRow({ messages, rejected_response: 'You will win.' })).toEqual({ messages });
	expect(calibrationRow({ messages, label: true })).toEqual({ messages });
	expect(calibrationRow({ messages, label: false })).toBe(null);
	expect(calibrationRow({ messages, images: ['a'.repeat(64)] })).toBe(null);
	fc.assert(fc.property(fc.string(), (rejected_response) => !JSON.stringify(calibrationRow({ messages, rejected_response })).includes('rejected')));
});

it('a form is called by what one would look for, a command tells no folder', () => {
	const words = { adapter: '适配器', merged: '完整模型' };
	expect(EXPORT_FORMATS.map((format) => exportName(v.parse(ExportPlan, { format }), words))).toEqual(['适配器', '完整模型', 'GPTQ 4-bit g128', 'AWQ 4-bit g128', 'GGUF F16']);
	expect(withoutFolders(['/opt/engine/bin/python', '/opt/engine/swift/cli/export.py', '--model', '/var/models/whole/', '--quant_bits', '4'])).toEqual(['python', 'export.py', '--model', 'whole/', '--quant_bits', '4']);
});
