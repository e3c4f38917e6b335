import { expect, it } from 'vitest';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import type { App } from '#lib/server/app.ts';
import { layOutModel } from './checkpoint-files.ts';

it('lays out of a checkpoint what a model is read from, and nothing that a program would load as code', async () => {
	const laidOut: string[] = [];
	const layOut = ({ files }: { files: readonly { path: string }[] }) => Promise.resolve(void laidOut.push(...files.map(({ path }) => path)));
	const files = ['model.safetensors', 'config.json', 'tokenizer.model', 'modeling.py', 'evil.pyc', 'evil.so', 'x.pth', 'training_args.bin'].map((path) => ({ path, bytes: 1, sha256: '0'.repeat(64) }));
	const found = await layOutModel({ app: { artifacts: { layOut } } as unknown as App }, { path: '/base' }, { kind: 'full', files } as Checkpoint, '/here');
	expect(found).toEqual({ model: { path: '/here' } });
	expect(laidOut).toEqual(['model.safetensors', 'config.json', 'tokenizer.model']);
});
