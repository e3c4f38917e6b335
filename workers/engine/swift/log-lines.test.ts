import { expect, it } from 'vitest';
import { createOutputReader } from './log-lines.ts';

const read = (text: string) => {
	const reader = createOutputReader();
	return text.split('\n').flatMap(reader);
};
const logged = (text: string) => read(text).flatMap((found) => (found.type === 'log' ? [found.line] : []));

it('finds the number of rows, not one inside a row', () => {
	const found = read('[INFO:swift] train_dataset: Dataset({\n    features: [\'messages\'],\n    num_rows: 160\n})\n[INFO:swift] [INPUT] a\n    num_rows: 7\n[INFO:swift] b');
	expect(found.filter((line) => line.type === 'rows')).toEqual([{ type: 'rows', count: 160 }]);
});

it('leaves out the printed row and the argument dump', () => {
	const text = '[INFO:swift] args: RLHFArguments(\nbeta=0.1,\n)\n[INFO:swift] next\n[INFO:swift] [CHOSEN_INPUT] <|im_start|>system\nA secret of the client.\n\n[INFO:swift] [CHOSEN_LABELS] another\n[INFO:swift] lora_config: x';
	expect(logged(text)).toEqual(['[INFO:swift] next', '[INFO:swift] lora_config: x']);
});

it('leaves out what an error quotes of a row', () => {
	const text = 'Traceback (most recent call last):\n  File "x"\nValueError: rejected_response: The client said\nthis and that.\n[INFO:swift] end';
	expect(logged(text)).toEqual(['Traceback (most recent call last):', '  File "x"', 'ValueError: rejected_response: (text left out)', '[INFO:swift] end']);
});

it('draws progress bars to their end and drops them', () => {
	const bar = 'Train:   0%|          | 0/6 [00:00<?, ?it/s]\rTrain: 100%|██████████| 6/6 [00:01<00:00,  5.01it/s]';
	expect(logged(bar)).toEqual([]);
	expect(read(`${bar}\r[INFO:swift] Saving model checkpoint to /o/checkpoint-6`)).toContainEqual({ type: 'checkpoint', path: '/o/checkpoint-6', step: 6 });
	// The engine writes the bar and its message into one line without a return between.
	expect(read('Train:  33%|███▎      | 2/6 [00:00<00:00,  4.71it/s][INFO:swift] Saving model checkpoint to /tmp/o/checkpoint-2')[0]).toMatchObject({ type: 'checkpoint', step: 2 });
});

it('tells when training begins', () => expect(read('[INFO:swift] The logging file will be saved in: /o/logging.jsonl')).toContainEqual({ type: 'training' }));
