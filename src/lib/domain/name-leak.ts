/** Models and their makers, as texts name them. Also what a family is called in Chinese. */
const KNOWN = [
	'ChatGPT', 'GPT-3', 'GPT-4', 'GPT-4o', 'GPT-5', 'OpenAI', 'Claude', 'Anthropic', 'Gemini', 'Google DeepMind', 'DeepMind', 'Llama', 'Meta AI', 'Mistral', 'Mixtral', 'Grok', 'xAI', 'Cohere', 'Qwen', 'Tongyi Qianwen', 'Alibaba Cloud', 'DeepSeek', 'Kimi', 'Moonshot AI', 'ChatGLM', 'Zhipu', 'Baichuan', 'ERNIE Bot', 'Hunyuan', 'Doubao', 'MiniMax', 'InternLM', 'SmolLM', 'Hugging Face',
	'通义千问', '千问', '深度求索', '文心一言', '豆包', '混元', '智谱清言', '智谱', '月之暗面', '百川智能', '讯飞星火', '书生·浦语', '阿里云'
] as const;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Finds a name as a word of its own; in Han text, which has no word borders, anywhere. Spaces and hyphens are one. */
function finder(name: string): RegExp {
	const body = escaped(name.normalize('NFKC')).replace(/[\s_-]+/g, '[\\s_-]*');
	return /\p{Script=Han}/u.test(name) ? new RegExp(body, 'iu') : new RegExp(`(?<![\\p{L}\\p{N}])${body}(?![\\p{L}])`, 'iu');
}

/** A name shorter than this is any word. */
const SHORTEST = 3;

/**
 * The name by which an answer tells who wrote it; null when it tells nothing.
 * The rule: the text names the model or endpoint that made it, or a known model
 * or maker, and the prompt did not name it first (a question about a contract
 * with a maker may be answered).
 * @param own how the model that answered is called here
 */
export function leakedName(answer: string, prompt: string, own: readonly string[]): string | null {
	const [said, asked] = [answer.normalize('NFKC'), prompt.normalize('NFKC')];
	const names = [...own.flatMap((name) => [name, name.split('/').at(-1) ?? '']).filter((name) => name.length >= SHORTEST), ...KNOWN];
	return names.find((name) => finder(name).test(said) && !finder(name).test(asked)) ?? null;
}
