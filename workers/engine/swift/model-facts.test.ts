import { expect, it } from 'vitest';
import { licenceOf } from './model-facts.ts';

it.each([
	['license: apache-2.0\nlanguage: en', 'apache-2.0'],
	['license: "Apache License 2.0"', 'Apache License 2.0'],
	['license: other\nlicense_name: tongyi-qianwen', 'tongyi-qianwen'],
	['license: other', 'other'],
	['license:\n- mit\n- apache-2.0\nlanguage:\n- en', 'mit, apache-2.0'],
	['license:\r\n  - mit\r\n  - "cc-by-4.0"\r\nlanguage: en', 'mit, cc-by-4.0'],
	['license: [mit, \'apache-2.0\']', 'mit, apache-2.0'],
	['license:\nlanguage:\n- en', null],
	['license: <script>', null],
	['language: en', null]
])('reads the licence of a model card: %j', (front, licence) => {
	expect(licenceOf(`---\n${front}\n---\n# A model\nlicense: not-this\n`)).toBe(licence);
});

it('finds none in a card without front matter', () => expect(licenceOf('license: mit')).toBeNull());
