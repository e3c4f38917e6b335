import type { NotificationKind } from '../../domain/notification-kind.ts';

/** Languages in which mails are written. */
export type MailLocale = 'en' | 'zh';

type Words = { subject: (n: number) => string; greeting: (name: string) => string; lead: string; kinds: Record<NotificationKind, (n: number) => string>; more: string; choose: string; why: string };

const many = (n: number, one: string, other: string) => (n === 1 ? one : `${n} ${other}`);

const WORDS: Record<MailLocale, Words> = {
	en: {
		subject: (n) => many(n, 'Plumbline: one notification', 'notifications from Plumbline'),
		greeting: (name) => `Dear ${name},`,
		lead: 'this is new since you last looked:',
		kinds: {
			mention: (n) => many(n, 'A comment is addressed to you', 'comments are addressed to you'),
			comment: (n) => many(n, 'A new comment in a discussion of yours', 'new comments in discussions of yours'),
			overturned: (n) => many(n, 'A reviewer decided otherwise than you judged', 'decisions differ from your judgments'),
			sent_back: (n) => many(n, 'A reviewer asks you to look at a judgment again', 'judgments are to be looked at again'),
			assigned: (n) => many(n, 'You have been given work', 'times you have been given work'),
			overdue: (n) => many(n, 'Assigned work is late', 'batches of assigned work are late'),
			signature: (n) => many(n, 'A decision waits for your signature', 'decisions wait for your signature'),
			unsigned: (n) => many(n, 'A promotion that you signed was not signed by anybody else', 'promotions that you signed were not signed by anybody else'),
			approval: (n) => many(n, 'A training waits for your approval', 'trainings wait for your approval'),
			declined: (n) => many(n, 'Somebody said no to a training', 'trainings were said no to'),
			refused: (n) => many(n, 'A round could not go on by itself', 'rounds could not go on by themselves'),
			to_judge: (n) => many(n, 'A round has answers for you to judge', 'rounds have answers for you to judge'),
			to_adjudicate: (n) => many(n, 'A round has disputes for you to decide', 'rounds have disputes for you to decide'),
			to_freeze: (n) => many(n, 'A round is judged and waits to be frozen', 'rounds are judged and wait to be frozen'),
			to_mend: (n) => many(n, 'Something failed and waits to be started again', 'things failed and wait to be started again'),
			to_decide: (n) => many(n, 'A checkpoint waits for your decision', 'checkpoints wait for your decision')
		},
		more: 'All of them:',
		choose: 'What is mailed, you choose here:',
		why: 'Plumbline sends this at most once a day, and not when you have read everything. What was said stays in Plumbline.'
	},
	zh: {
		subject: (n) => `Plumbline：${n} 条未读通知`,
		greeting: (name) => `${name}，您好：`,
		lead: '以下是您上次查看后的新通知：',
		kinds: {
			mention: (n) => `${n} 条意见提到了您`,
			comment: (n) => `您参与的讨论有 ${n} 条新意见`,
			overturned: (n) => `${n} 项裁决与您的评判不同`,
			sent_back: (n) => `审核人请您重新考虑 ${n} 项评判`,
			assigned: (n) => `您有 ${n} 项新任务`,
			overdue: (n) => `${n} 项任务已逾期`,
			signature: (n) => `${n} 项决定等待您签署`,
			unsigned: (n) => `您签署的 ${n} 项采用决定未获他人签署`,
			approval: (n) => `${n} 次训练等待您批准`,
			declined: (n) => `${n} 次训练未获批准`,
			refused: (n) => `${n} 个轮次未能自动继续`,
			to_judge: (n) => `${n} 个轮次有回答等您评判`,
			to_adjudicate: (n) => `${n} 个轮次有分歧等您裁决`,
			to_freeze: (n) => `${n} 个轮次已评完，等待冻结快照`,
			to_mend: (n) => `${n} 项工作失败，等待重新开始`,
			to_decide: (n) => `${n} 个检查点等您作出结论`
		},
		more: '查看全部通知：',
		choose: '选择接收哪些邮件：',
		why: '本邮件每天至多发送一封；全部已读时不发送。通知的具体内容仅在 Plumbline 中显示。'
	}
};

/** Most links under one line: the rest stand on the page. */
const MOST_LINKS = 5;

/**
 * A digest of unread notifications: how many of each kind, with links. It may
 * leave the firm's network: no text of a model or a person, no name of a client,
 * project or batch is in it, and its links tell nothing but an id.
 */
export function writeDigest(of: { locale: MailLocale; name: string; origin: string; notices: readonly { id: string; kind: NotificationKind }[] }): { subject: string; text: string } {
	const words = WORDS[of.locale];
	const kinds = [...new Set(of.notices.map(({ kind }) => kind))];
	const lines = kinds.flatMap((kind) => {
		const all = of.notices.filter((notice) => notice.kind === kind);
		return [`- ${words.kinds[kind](all.length)}`, ...all.slice(0, MOST_LINKS).map(({ id }) => `  ${of.origin}/notifications/${id}`)];
	});
	const text = [words.greeting(of.name), '', words.lead, '', ...lines, '', `${words.more} ${of.origin}/notifications`, `${words.choose} ${of.origin}/account#mail`, '', '-- ', words.why, ''].join('\n');
	return { subject: words.subject(of.notices.length), text };
}
