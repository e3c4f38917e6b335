/**
 * Words by which somebody is insulted, degraded or sworn at, in English. Words for
 * things that a lawyer or a doctor must be able to name (crimes, bodies, illness)
 * are not among them, nor what is an insult only by its context: a list sees words
 * and no intent, and one that cries at every answer about assault is soon ignored.
 * Who wants more words adds a check that holds them.
 */
const ENGLISH = [
	'arseholes?', 'assholes?', 'ass-?hats?', 'bitch(?:es|y)?', 'bollocks', 'bullshit\\w*', 'cocksuck\\w*', 'cretins?', 'cunts?', 'dick-?heads?', 'dipshits?', 'douche-?bags?', 'dumb-?ass\\w*',
	'faggots?', 'fags?', 'fuck\\w*', 'motherfuck\\w*', 'gooks?', 'half-?wits?', 'horseshit', 'idiots?', 'imbeciles?', 'jack-?ass\\w*', 'kikes?', 'kill yourself', 'morons?', 'moronic', 'nigg(?:er|a)s?',
	'scumbags?', 'shit', 'shits', 'shitty', 'shit-?heads?', 'skanks?', 'sluts?', 'slutty', 'sons? of (?:a )?bitch(?:es)?', 'stupid (?:cow|fool|woman|man|person|people)', 'sub-?humans?', 'towel-?heads?', 'trann(?:y|ies)', 'twats?', 'wankers?', 'wetbacks?', 'whores?'
];

/** The same in Chinese, where no space ends a word: only sequences that no harmless sentence has, as 他妈的 is in “他妈的房子”, his mother's house, and 妈逼 in “爸妈逼婚”. Two are read with what stands beside them: “生日你妈妈来” speaks of a day, “体操你妈妈也来” of gymnastics. */
const CHINESE = [
	'傻逼', '傻屄', '煞笔', '傻叉', '蠢货', '蠢猪', '笨猪', '白痴', '脑残', '人渣', '败类', '禽兽不如', '狗东西', '狗杂种', '狗娘养的', '狗日的', '狗屁不通', '放狗屁', '放你妈的屁', '王八蛋', '王八羔子', '龟儿子', '兔崽子', '混账东西', '混蛋', '臭不要脸', '不要脸的东西', '贱人', '贱骨头', '婊子', '骚货', '荡妇', '死八婆', '死三八', '死变态', '死胖子',
	'(?<![体早课做])操你妈(?!妈)', '操你娘', '操你祖宗', '操你全家', '肏你', '草泥马', '艹你', '(?<![生今昨明节假周期当每\\p{N}一二三四五六七八九十])日你妈(?!妈)', '干你娘', '去你妈的', '妈的智障', '滚蛋', '去死吧', '怎么不去死', '黑鬼', '阿三佬', '小日本鬼', '娘炮', '死基佬'
];

const WORDS = new RegExp(`(?<![\\p{L}\\p{N}])(?:${ENGLISH.join('|')})(?![\\p{L}\\p{N}])`, 'u');
const SEQUENCES = new RegExp(CHINESE.join('|'), 'u');

/** Whether a text holds a word of the list. Linear in the text: no repetition within another one. */
export function isToxic(text: string): boolean {
	const plain = text.normalize('NFKC').toLowerCase();
	return WORDS.test(plain) || SEQUENCES.test(plain);
}
