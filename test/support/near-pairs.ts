/** Two questions, and whether a person would call them the same but for their wording. */
export type LabelledPair = { one: string; other: string; near: boolean };

/** A small labelled set, written for this project: twenty English pairs of a law firm and a bank. */
export const ENGLISH: readonly LabelledPair[] = [
	{ one: 'A tenant stopped paying rent three months ago. Can the landlord change the locks without going to court?', other: 'A tenant stopped paying the rent three months ago. Can the landlord change the locks without going to court?', near: true },
	{ one: 'Can my employer dismiss me while I am on sick leave?', other: 'Can my employer dismiss me while I’m on sick leave??', near: true },
	{ one: 'Draft a confidentiality clause for a supply agreement between two manufacturers.', other: 'Please draft a confidentiality clause for a supply agreement between two manufacturers.', near: true },
	{ one: 'What is the limitation period for a contract claim in England?', other: 'What is the limitation period for contract claims in England?', near: true },
	{ one: 'My client signed a lease for 24 months and wants to leave after 10. What does she owe?', other: 'My client signed a lease for 36 months and wants to leave after 12. What does she owe?', near: true },
	{ one: 'Summarise the duties of a director of a private company under the Companies Act 2006.', other: 'Summarize the duties of a director of a private company under the Companies Act 2006.', near: true },
	{ one: 'Explain the difference between a guarantee and an indemnity to a small business owner.', other: 'Explain the difference between a guarantee and an indemnity to the owner of a small business.', near: true },
	{ one: 'Is a verbal agreement to sell a flat binding?', other: 'is a verbal agreement to sell a flat binding', near: true },
	{ one: 'Which court hears an appeal against a decision of the employment tribunal, and within how many days?', other: 'Which court hears appeals against decisions of the employment tribunal, and within how many days?', near: true },
	{ one: 'A customer of our bank reports a card payment she did not make. What must we do and by when?', other: 'A customer of our bank reports a card payment that she did not make. What must we do, and by when?', near: true },
	{ one: 'A tenant stopped paying rent three months ago. Can the landlord change the locks without going to court?', other: 'A tenant sublet the flat without asking. Can the landlord end the lease without going to court?', near: false },
	{ one: 'Can my employer dismiss me while I am on sick leave?', other: 'Can my employer cut my bonus while I am on parental leave?', near: false },
	{ one: 'Draft a confidentiality clause for a supply agreement between two manufacturers.', other: 'Draft a force majeure clause for a supply agreement between two manufacturers in different countries.', near: false },
	{ one: 'What is the limitation period for a contract claim in England?', other: 'What is the limitation period for a personal injury claim in Scotland, and when does it begin?', near: false },
	{ one: 'Summarise the duties of a director of a private company under the Companies Act 2006.', other: 'Summarise the rights of minority shareholders of a private company under the Companies Act 2006.', near: false },
	{ one: 'Explain the difference between a guarantee and an indemnity to a small business owner.', other: 'Explain the difference between a lease and a licence to a small business owner.', near: false },
	{ one: 'Is a verbal agreement to sell a flat binding?', other: 'Is a verbal agreement to lend money binding?', near: false },
	{ one: 'A customer of our bank reports a card payment she did not make. What must we do and by when?', other: 'A customer of our bank wants to close her account. What must we check and by when?', near: false },
	{ one: 'Which court hears an appeal against a decision of the employment tribunal, and within how many days?', other: 'Which documents go with a claim to the employment tribunal, and in how many copies?', near: false },
	{ one: 'How is holiday pay worked out for somebody with irregular hours?', other: 'How is severance pay worked out for somebody with ten years of service?', near: false }
];

/** Twenty Chinese ones. */
export const CHINESE: readonly LabelledPair[] = [
	{ one: '租客三个月没交房租，房东可以不经法院直接换锁吗？', other: '租客三个月没有交房租，房东可以不经法院直接换锁吗', near: true },
	{ one: '员工在病假期间，公司能否解除劳动合同？', other: '员工在病假期间，公司能不能解除劳动合同？', near: true },
	{ one: '请为两家制造企业之间的供货合同起草一条保密条款。', other: '为两家制造企业之间的供货合同起草一条保密条款', near: true },
	{ one: '民间借贷的诉讼时效是多久，从什么时候起算？', other: '民间借贷的诉讼时效是多长，从什么时候起算？', near: true },
	{ one: '客户签了二十四个月的租约，住了十个月想退租，需要赔多少？', other: '客户签了三十六个月的租约，住了十二个月想退租，需要赔多少？', near: true },
	{ one: '请用通俗的语言说明担保和保证的区别，读者是小企业主。', other: '请用通俗的语言说明担保与保证的区别，读者是小企业主。', near: true },
	{ one: '口头约定出售房屋有法律效力吗？', other: '口头约定出售房屋，有法律效力吗？', near: true },
	{ one: '不服劳动仲裁裁决的，应当在几日内向哪个法院起诉？', other: '不服劳动仲裁裁决，应当在多少日内向哪个法院起诉？', near: true },
	{ one: '银行客户称有一笔刷卡消费不是本人所为，银行应当怎么处理，期限是多久？', other: '银行客户称有一笔刷卡消费并非本人所为，银行应当怎么处理，期限多久？', near: true },
	{ one: '有限责任公司的股东如何转让股权？其他股东有优先购买权吗？', other: '有限责任公司的股东怎样转让股权？其他股东有优先购买权吗？', near: true },
	{ one: '租客三个月没交房租，房东可以不经法院直接换锁吗？', other: '租客私自转租给别人，房东可以不退押金直接收房吗？', near: false },
	{ one: '员工在病假期间，公司能否解除劳动合同？', other: '员工在试用期内，公司能否不说理由解除劳动合同？', near: false },
	{ one: '请为两家制造企业之间的供货合同起草一条保密条款。', other: '请为两家制造企业之间的供货合同起草一条不可抗力和通知条款。', near: false },
	{ one: '民间借贷的诉讼时效是多久，从什么时候起算？', other: '民间借贷的利率上限是多少，从哪一年起改的？', near: false },
	{ one: '请用通俗的语言说明担保和保证的区别，读者是小企业主。', other: '请用通俗的语言说明租赁和承揽的区别，读者是小企业主。', near: false },
	{ one: '口头约定出售房屋有法律效力吗？', other: '口头遗嘱有法律效力吗？', near: false },
	{ one: '不服劳动仲裁裁决的，应当在几日内向哪个法院起诉？', other: '不服行政处罚决定的，应当在几日内向哪个机关申请复议？', near: false },
	{ one: '银行客户称有一笔刷卡消费不是本人所为，银行应当怎么处理，期限是多久？', other: '银行客户申请注销账户，银行应当核对什么，期限是多久？', near: false },
	{ one: '有限责任公司的股东如何转让股权？其他股东有优先购买权吗？', other: '股份有限公司的董事如何任免？监事会有否决权吗？', near: false },
	{ one: '离婚后孩子的抚养费按什么标准计算？', other: '离婚后一方不让探望孩子怎么办？', near: false }
];
