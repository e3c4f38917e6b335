import { messagesText } from '../message.ts';
import type { Message } from '../message.ts';
import { createLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { maskText } from './mask-text.ts';
import type { Dealt, Rules } from './mask-text.ts';

/** One conversation with everything in it dealt with, by the placeholders of a ledger. */
function dealWith(messages: readonly Message[], rules: Rules, ledger: Ledger): { messages: Message[]; findings: Dealt[] } {
	const findings: Dealt[] = [];
	const deal = (text: string): string => {
		const masked = maskText(text, rules, ledger.placeholderFor);
		findings.push(...masked.findings);
		return masked.text;
	};
	const safe = messages.map((message): Message => ({
		...message,
		...(message.name === undefined ? {} : { name: deal(message.name) }),
		content:
			typeof message.content === 'string'
				? deal(message.content)
				: message.content.map((part) =>
						part.type === 'text'
							? { ...part, text: deal(part.text) }
							: part.type === 'image'
								? { ...part, ...(part.alt === undefined ? {} : { alt: deal(part.alt) }) }
								: { ...part, ...(part.title === undefined ? {} : { title: deal(part.title) }) }
					)
	}));
	return { messages: safe, findings };
}

/** One conversation with everything in it dealt with: texts, names of speakers, words of images and titles of documents. Placeholders are one document's. */
export function maskMessages(messages: readonly Message[], rules: Rules): { messages: Message[]; findings: Dealt[] } {
	return dealWith(messages, rules, createLedger([messagesText(messages)]));
}

/**
 * What answers a question, with everything in it dealt with. What stands open in the
 * question too has one placeholder in both, that which the question is sent with
 * where it leaves; what only the answer holds is numbered behind.
 */
export function maskAnswer(question: readonly Message[], answer: string, rules: Rules): { text: string; findings: Dealt[] } {
	const ledger = createLedger([messagesText(question)]);
	dealWith(question, rules, ledger);
	return maskText(answer, rules, ledger.placeholderFor);
}
