import type { JudgingForm } from '#lib/domain/judging-form.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';
import { readJson, readText } from '../scenario.ts';
import type { Abilities, Scenario } from '../scenario.ts';
import { FORM_EN, FORM_ZH } from './forms.ts';
import { bankRows, goldAnswers } from './questions.ts';
import type { BankQuestion } from './questions.ts';

type Language = 'en' | 'zh';
type Written = Record<'pair' | 'single', BankQuestion[]>;

/** How the desk checks itself: a warm-up with feedback, known answers and repeats among the work, a reviewer where two officers contradict each other. */
const POLICY: Partial<JudgingPolicy> = { goldRate: 0.08, warmUp: 3, warmUpFeedback: true, repeatRate: 0.05, repeatAfter: 10, dispute: 'opposed' };

/** Seeds chosen for their composition: 20 groups train, 2 dev, 6 test, of which three are pairs. Four eyes judge each; two annotators and the reviewer know credit risk, so that what requires it can be finished. */
const PROJECTS: Readonly<Record<Language, { slug: string; name: string; form: JudgingForm; seeds: Scenario['seeds']; abilities: Record<string, Abilities> }>> = {
	en: {
		slug: 'bank-credit',
		name: 'Credit desk of a bank',
		form: FORM_EN,
		seeds: { seed: 'bank-credit-demo-2', splitSalt: 'bank-credit-demo-split-191' },
		abilities: {
			'ingrid.finch': { skills: ['credit-risk'], languages: ['en', 'zh'] },
			'priya.nair': { skills: ['credit-risk'], languages: ['en'] },
			'daniel.okafor': { skills: ['credit-risk'], languages: ['en'] },
			'lin.jing': { skills: [], languages: ['en', 'zh'] }
		}
	},
	zh: {
		slug: 'bank-credit-zh',
		name: '银行信贷问答',
		form: FORM_ZH,
		seeds: { seed: 'bank-credit-zh-demo-4', splitSalt: 'bank-credit-zh-demo-split-86' },
		// A visitor may sign in as any of them, so all of them read Chinese here.
		abilities: {
			'ingrid.finch': { skills: ['credit-risk'], languages: ['en', 'zh'] },
			'priya.nair': { skills: [], languages: ['en', 'zh'] },
			'daniel.okafor': { skills: ['credit-risk'], languages: ['en', 'zh'] },
			'lin.jing': { skills: ['credit-risk'], languages: ['zh'] }
		}
	}
};

/** The written questions and answers of a language. */
export async function bankQuestions(language: Language): Promise<Written> {
	const folder = new URL(`${language}/`, import.meta.url);
	const read = async (name: string) => (await readJson<{ questions: BankQuestion[] }>(folder, name)).questions;
	return { pair: await read('pairs.json'), single: await read('singles.json') };
}

/** A bank's credit assistant, judged by risk officers: pairs and single answers in one queue, criteria, marks, and items whose verdict is known. */
export async function bankCredit(language: Language): Promise<Scenario> {
	const { slug, name, form, seeds, abilities } = PROJECTS[language];
	const folder = new URL(`${language}/`, import.meta.url);
	const written = await bankQuestions(language);
	return {
		slug,
		name,
		locale: language,
		overlap: 2,
		objective: 'kto',
		seeds,
		systemPrompt: await readText(folder, 'system-prompt.txt'),
		guideline: await readText(folder, 'guideline.md'),
		files: [{ name: `credit-questions-${language}.jsonl`, rows: bankRows(written, { language, seed: seeds.seed }) }],
		form,
		policy: POLICY,
		abilities,
		gold: goldAnswers(written)
	};
}
