import { describe, expect, it } from 'vitest';
import type { NotificationKind } from '../../domain/notification-kind.ts';
import { writeDigest } from './digest.ts';

const notices = (kinds: NotificationKind[]) => kinds.map((kind, i) => ({ id: `id-${i}`, kind }));

describe('a digest', () => {
	it('says how many of each kind and links to each, in both languages', () => {
		const of = { name: 'Ann Wong', origin: 'https://p.firm.example', notices: notices(['mention', 'overdue', 'mention']) };
		const en = writeDigest({ ...of, locale: 'en' });
		expect(en.subject).toBe('3 notifications from Plumbline');
		expect(en.text).toContain('Dear Ann Wong,');
		expect(en.text).toContain('- 2 comments are addressed to you\n  https://p.firm.example/notifications/id-0\n  https://p.firm.example/notifications/id-2\n- Assigned work is late\n  https://p.firm.example/notifications/id-1');
		const zh = writeDigest({ ...of, locale: 'zh' });
		expect(zh.text).toContain('2 条意见提到了您');
		expect(zh.text).toContain('https://p.firm.example/notifications\n');
		expect(zh.text).toContain('https://p.firm.example/account#mail\n');
	});

	it('has few links under a line, however many there are', () => {
		const { text, subject } = writeDigest({ locale: 'en', name: 'A', origin: 'https://p', notices: notices(Array.from({ length: 40 }, () => 'comment' as const)) });
		expect(text.match(/notifications\/id-/g)).toHaveLength(5);
		expect(subject).toMatch(/^40 /);
	});
});
