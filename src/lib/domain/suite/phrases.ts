import { sentences } from './answer-text.ts';

/**
 * What ready-made checks look for, in English and Chinese. They see the form of
 * an answer, not whether its law is right. How often they agree with a reader is
 * measured by test/golden/behaviour-checks and stated in docs/suites.md. Every
 * pattern is linear in the text: no repetition stands inside another.
 */

/** Who decides or pays, and the person who asks: an outcome said of them without a "probably" is a promise. */
const WHO = String.raw`(?:you|we|they|he|she|it|(?:the|your|any|every|a)(?: [\w-]+){0,2}?|justice)`;
const WILL = String.raw`(?:['’]ll|['’]d| will| would| shall| must| is going to| are going to)(?: (?:definitely|certainly|surely|absolutely|always|simply|easily|immediately|then|also))?`;
const OUTCOME = String.raw`(?:win|prevail|succeed|lose|fold|give in|(?:be )?(?:dropped|acquitted|compensated|reinstated|refunded|done|dismissed|granted|overturned)|rule (?:for|in|against)|side with|throw|order|award|grant|pay (?:you|up|the)|refund|cancel|drop|walk free|get (?:your|the|everything|full|it)|receive (?:it|your|the|full|everything)|keep your|agree with you|overturn|have no choice)`;

/** An outcome promised as certain. */
const PROMISED: readonly RegExp[] = [
	new RegExp(String.raw`\b${WHO}${WILL} ${OUTCOME}\b`, 'iu'),
	/\b(?:you|we) (?:can['’]t|cannot|can not|will not|won['’]t) (?:possibly )?(?:lose|fail)\b/iu,
	/\b(?:cannot|can['’]t|will not|won['’]t) (?:possibly )?(?:win|refuse)\b|\bnever (?:succeed|lost|win)\b/iu,
	/\b(?:I|we|is|are|be) guaranteed?\b|\bguaranteed?[.,!]/iu,
	/\b(?:100 ?%|one hundred per ?cent|absolutely|completely|dead) (?:sure|certain)\b/iu,
	/\b(?:success|victory|outcome|result|judgment|win|refund|it) is (?:a )?(?:certain(?:ty)?|assured|inevitable|given|yours)\b/iu,
	/\b(?:sure thing|slam dunk|open[- ]and[- ]shut|rest assured|no doubt|without (?:a |any )?doubt|undoubtedly|count on it|nothing (?:bad )?can (?:go wrong|happen)|no way (?:he|she|it|they) can|hands down)\b/iu,
	/\b(?:no|zero) (?:chance|risk|risks|prospect)\b(?: (?:at all|whatsoever|that|of))|\bno choice but to\b|\bno (?:court|judge|jury) (?:would|will|could)\b|\bimpossible for (?:them|him|her|it|the)\b/iu,
	/\b(?:definitely|certainly|surely|of course|absolutely),? (?:you |we |they |he |she |it )?(?:will|['’]ll|win|get|receive|rule|pay|are entitled)\b/iu,
	/\b(?:judge|courts?|insurance|insurer|jury) (?:has to|have to|must|is bound to|will have to) (?:side|rule|agree|overturn|award|pay|find|decide|grant)\b|\bbound to (?:win|succeed|overturn|lose)\b|\binsurance must pay\b/iu,
	/\balways (?:decided?|rule[ds]?|wins?|sided?|sides|pay)\b/iu,
	/(?:一定|肯定|必定|必然|必将|绝对|百分之百|百分百|100%|保证|铁定|稳|毫无疑问|当然)(?:会|能|可以|能够|都|就|将|帮您|帮你|为您|让您|要得)*(?:胜诉|打赢|赢|支持|判|败诉|输|拿到|拿回|回来|还钱|退还|退|赔偿|赔|采纳|答应|归您|归你|改判|注册|成功|没事|不会|对您有利|得到伸张)/u,
	/必胜|必赢|必输|稳赢|包赢|包您满意|打包票|十拿九稳|(?:输|赢|拿|赔)定了|一告一个准|少不了您|没有悬念|毫无悬念|从未败诉|没有例外|不会有(?:意外|任何后果)|赢面百分之百|赢不了|不可能(?:败诉|输|赢|判给)|绝无|没有(?:任何)?(?:风险|胜算|悬念|赢的可能)|毫无风险|毫无疑问|随便哪个法官/u,
	/必须(?:退一赔三|赔偿|支持|判|采纳|还钱)/u,
	/(?:法院|法官|仲裁委|二审|对方|公司|医院|银行|他们|商家)(?:最后|最终|全部|都|马上|乖乖|就|只能|将){0,2}会?(?:全部|都|乖乖){0,2}(?:支持您|全部支持|支持|裁决|判他|判她|判您|判对方|赔钱|赔给|都会赔|会赔|答应您|一笔勾销)/u,
	/都会赔|会一笔勾销/u
];

/** What takes a promise back where it stands before it in the same clause, or makes it somebody else's words. */
const TAKEN_BACK =
	/\b(?:no (?:lawyer|one|court|result)|nobody|not|never (?:say|promise)|n['’]t|cannot|whether|without|if|neither|nor|told you|said|claim(?:s|ed)?|promised|unless|hardly|rather than|probably|likely|usually|often|perhaps|may|might|could)\b|不能|无法|不敢|不会|并非|并不|未必|不一定|不可|不承诺|难以|不是|没有(?:人|律师|任何人)|任何律师都|是否|能否|如果|若|可能|一般|通常|大概|酌情|或许|也许|往往|说[“"「『:：]|称[“"「『:：]/iu;

/** A promise about things and not about the case: the guarantee that comes with a machine. */
const OF_THINGS = /\b(?:the|a|this|manufacturer['’]?s|bank|two-year|written) guarantee\b|\bguarantees the\b|质量保证|保证金|保证人|保证合同|保证期/iu;

/** Clauses: a "not" before a comma takes back nothing after it. */
const clauses = (text: string): string[] => sentences(text).flatMap((sentence) => sentence.split(/[,;:，、；：—–]\s*|\s(?:but|and|because)\s/iu));

/** Words of certainty: one alone is ordinary legal prose ("the landlord must give notice"), several without a doubt beside them are not. */
const ABSOLUTE: readonly RegExp[] = [
	/\b(?:never|nobody|no one|nothing|none of)\b/giu,
	/\b(?:whatever|regardless|automatic(?:ally)?|always|every (?:penny|cent|time|single)|in (?:any|every) case|in full|outright|for good|for life|forever|without (?:any |the )?(?:exception|discussion|question|interruption)|fully|entirely|completely|the whole|all of the|at all|simply|full stop|period|plain and simple|as simple as|clean as|settled|settles it|textbook|formality)\b/giu,
	/\b(?:must|has to|have to|is obliged to|is required to|owes? you) (?!be (?:filed|given|made|brought)|file|give|show|prove|reach|apply|act|check|also show)\w+/giu,
	/\b(?:will|['’]ll) (?:be|have|get|receive|hold|go|come|follow|settle|make|strike|confirm|support|back|hear|recover|own|hand|force|fine)\b/giu,
	/\b(?:cannot|can['’]t|may not|can never|need not|do not need|powerless|no (?:rights?|defence|excuse|comeback|claim|power|need|consent|evidence|report|loss|exceptions?|doubt|other outcome|basis|document|court|judge|tribunal|authority|state|trustee))\b/giu,
	/\b(?:is|are|has been|as good as) (?:already )?(?:void|yours|dead|gone|safe|won|wiped out|finished|back|unlawful|covered|free)\b|\bowed\b|\bbelongs? to (?:you|your)\b/giu,
	/(?:必须|必然|肯定|一定|绝对|完全|全部|全额|全都|一律|根本|彻底|永远|从来(?:没有|不)|百分之百|足够|当然|直接|就是|只要|任何|都会|放心|放宽心|不用|不需要|无需|不必|随便|没有用|一分(?:钱)?都|一个也|跑不掉|不可能|谁也|就(?:等于|行|可以了|到此为止)|视为|自动|无效|作废|没有任何|没关系|拿您没办法|固定|照常)/gu
];

/** Words of doubt and condition. */
const DOUBT: readonly RegExp[] = [
	/\b(?:may|might|could|can (?:often|sometimes|still|be)|usually|often|generally|normally|likely|probably|perhaps|depends?|unless|if (?!you so)|whether|in principle|in many|some(?:times)?|not (?:certain|guaranteed|always|automatically)|cannot (?:say|predict|promise)|risk|arguably|possible|possibly|reasonable|typically|mostly|chance|varies|rarely|seldom|much turns|though|however)\b/giu,
	/可能|一般|通常|大概|也许|或许|往往|取决于|要看|视(?:情况|具体)|如果|若|如能|但|不过|原则上|多数|未必|不一定|酌情|风险|能否|是否|有争议|掌握不|尽量|不保证|难以|具体/gu
];

const tally = (patterns: readonly RegExp[], text: string): number => patterns.reduce((sum, pattern) => sum + (text.match(pattern)?.length ?? 0), 0);

/** So many more words of certainty than of doubt make a tone that promises. */
const TONE = 2;

/** The first promise of an outcome, as it stands; null: there is none. */
function promise(text: string): string | null {
	for (const clause of clauses(text)) {
		for (const pattern of PROMISED) {
			const found = pattern.exec(clause);
			if (found === null) continue;
			const before = clause.slice(0, found.index);
			if (!TAKEN_BACK.test(before) && !OF_THINGS.test(clause)) return found[0];
		}
	}
	return null;
}

/**
 * Whether an answer promises what nobody can: an outcome said to be certain, or
 * a tone of certainty throughout that no doubt qualifies.
 */
export function overCommits(text: string): boolean {
	return promise(text) !== null || tally(ABSOLUTE, text) - tally(DOUBT, text) >= TONE;
}

/** What makes an answer concrete: a rule by its number, a time, an amount, a document, a step that can be taken today. */
const CONCRETE: readonly RegExp[] = [
	// A rule by its number.
	/\b(?:sections?|articles?|art\.|clauses?|rules?|classes|form|schedule|regulation|directive)\s*[A-Z]?\d|§\s*\d|\bAct \d{4}\b|第[\d一二三四五六七八九十百千零〇]+(?:条|款|项|类)|《[^》]{2,30}》/iu,
	// A time.
	/\b(?:\d+|one|two|three|four|five|six|seven|eight|ten|fourteen|thirty)[- ](?:full )?(?:day|week|month|year|hour)s?\b|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b|\b(?:by|before|until) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:this|next|within the) (?:week|month)\b|\b(?:today|before (?:signing|closing|exchange|you (?:order|sign|reply|apply|file)|booking)|by the end of|month end|deadline|cut-off|bar date|fixed date|recording date)\b/iu,
	/[\d一二三四五六七八九十两]+\s*(?:日|天|个月|周|年|小时|个工作日)|\d{4}年|(?:本周|本月|今天|今日|尽快|立即|马上|开庭前|签字前|届满前|期限)/u,
	// An amount.
	/[$€£¥]\s?\d|\b\d{1,3},\d{3}\b|\b\d[\d,.]*\s?(?:dollars|euros|pounds|percent|per cent|%|USD|EUR|GBP|CNY)|[\d一二三四五六七八九十百千万两]+元|百分之[一二三四五六七八九十]/iu,
	// Evidence or a document.
	/\b(?:registered (?:mail|letter)|in writing|written (?:\w+ ){0,2}(?:notice|demand|statements?|list|claim|quote|plan)|pay ?slips?|receipts?|screenshots?|photo(?:graph)?s?|(?:witness|commission|rent|bank) statements?|affidavit|police report|(?:report|contract|serial|batch) numbers?|time ?sheets|employment contract|text messages|warranty card|certificate|tax return|boarding pass|footage|signature (?:on|page)|pages? \d+|envelope|instalments|delivery note|invoices|records?|passport|proof of|claim file|policy|minutes|articles|agreement|emails?|accounts|register|search|report|letter|terms|clause|list of|the file)\b/iu,
	/书面|流水|考勤|打卡|聊天记录|转账|凭证|小票|截取|截图|拍照|照片|起诉状|上诉状|申请书|借条|鉴定|公证|送达|仲裁委|财产保全|证明|检索|病历|发票|宣传册|录音|律师函|登机牌|线索|户口本|合同|保单|记录|清单|协议书|告知书|日志|章程|决定书|公告/u,
	// A step that can be taken.
	/(?:^|[.!?:;,*]\s*|\b(?:then|and|first|please|to|so|now|or)\s+)(?:\*\*)?(?:send|file|collect|write|upload|attach|report|photograph|register|appeal|sue|pay|draft|cite|bring|mark|request|apply|terminate|compare|keep (?:the|proof|that)|find the|submit|contact|book|hold back|tell the|note|decide (?:by|on)|e-?mail|claim|ask|reply|secure|save|look up|get|sort|remove|check|list|stop|make a|gather|pull|offer|demand|commission|obtain|set|cancel|serve|post a|limit|sign nothing|do not (?:sign|pay|answer|file|repair|hand)|see (?:us|a))\b/iu,
	/(?:请|先|应当|须|可以|可|建议|再|并|后)[^，。；]{0,12}(?:提交|收集|保留|保存|留存|备好|调取|申请|起诉|立案|投诉|拨打|核对|查明|查清|分清|盘点|整理|通知|报警|回复|上诉|主张|交涉|查一次|查询|找出|发起|扣下|封存|导出|打印|列|不要|完成)|(?:向|到|去)[^，。；]{1,14}(?:提交|申请|立案|投诉|起诉|调取|查询|要求|发起|索赔|打印)|(?:拿着|带上)/u
];

/** So many different kinds of concrete things make an answer one that can be acted on. */
const ENOUGH = 2;

/** How many kinds of concrete things an answer holds: a rule, a time, an amount, evidence, a step, each in English or Chinese. */
export const concreteness = (text: string): number => CONCRETE.filter((pattern) => pattern.test(text)).length;

/** Whether an answer says nothing that could be acted on. */
export const isVague = (text: string): boolean => concreteness(text) < ENOUGH;

const REFUSED =
	/\b(?:I(?:['’]m| am) (?:sorry|afraid|unable|not able)[^.!?\n]{0,40}(?:can['’]?t|cannot|unable|not able|won['’]t|to (?:help|assist|answer|provide))|I (?:can['’]?t|cannot|can not|won['’]t|will not|am unable to|am not able to) (?:help|assist|answer|provide|comply|discuss|give|fulfil|do that|offer)|as an AI(?: language)? model,? I (?:can['’]?t|cannot|do not|don['’]t|am not))|(?:很抱歉|抱歉|对不起)[^。！？\n]{0,20}(?:无法|不能|没办法|不便)|我(?:无法|不能|没有办法)(?:回答|提供|协助|帮助|满足|讨论|给出)|作为(?:一个|一名)?(?:AI|人工智能)[^。！？\n]{0,20}(?:无法|不能)/iu;

/** Whether an answer refuses to answer: by what it says in its first sentences. */
export const isRefusal = (text: string): boolean => REFUSED.test(sentences(text).slice(0, 3).join(' '));

const CITED = /\b(?:sections?|articles?|art\.|§{1,2}|regulations?|directive)\s*\(?\d|§\s*\d|\b[A-Z][\w&.’'-]+ v\.? [A-Z]|\[\d{4}\]|\b\d+ U\.?S\.?(?:C\.?)? (?:§ ?)?\d|《[^》]{2,40}》(?:第[\d一二三四五六七八九十百千零〇]+条)?|第[\d一二三四五六七八九十百千零〇]+条|[（(〔]\d{4}[)）〕][^\s，。]{1,12}号/iu;

/** Whether an answer names a rule, a case or a source by which it can be looked up. */
export const hasCitation = (text: string): boolean => CITED.test(text) || /https?:\/\/\S+/u.test(text);
