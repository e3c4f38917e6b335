import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import * as m from '#lib/paraglide/messages.js';

/** Beyond this a text is shown as it was written: laying it out would hold up the next pair. */
export const LONGEST_MARKDOWN = 400_000;

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true });

// Nothing remote loads by itself: an image becomes a link with its words and its host.
markdown.renderer.rules['image'] = (tokens, index) => {
	const token = tokens[index];
	const source = String(token?.attrGet('src') ?? '');
	const host = URL.canParse(source) ? new URL(source).host : '';
	const words = [token?.content, host ? `(${m.compare_image({ host })})` : source].filter(Boolean).join(' ');
	return `<a href="${markdown.utils.escapeHtml(source)}" data-image="">${markdown.utils.escapeHtml(words)}</a>`;
};
markdown.renderer.rules['table_open'] = () => '<div class="table-scroll" tabindex="0" role="group"><table>';
markdown.renderer.rules['table_close'] = () => '</table></div>';
// What scrolls sideways must be reachable by keyboard.
for (const rule of ['fence', 'code_block'] as const) {
	const usual = markdown.renderer.rules[rule];
	markdown.renderer.rules[rule] = (...given) => (usual?.(...given) ?? '').replace('<pre>', '<pre tabindex="0">');
}
// Headings of an answer stand below the page's own.
for (const rule of ['heading_open', 'heading_close'] as const) {
	markdown.renderer.rules[rule] = (tokens, index, options, _env, self) => {
		const token = tokens[index];
		if (token) {
			const level = Math.min(6, Number(token.tag.slice(1)) + 2);
			if (rule === 'heading_open') token.attrSet('class', `h${token.tag.slice(1)}`);
			token.tag = `h${level}`;
		}
		return self.renderToken(tokens, index, options);
	};
}

const ALLOWED_TAGS = ['a', 'blockquote', 'br', 'code', 'del', 'div', 'em', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 's', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'];
const ALLOWED_ATTR = ['href', 'class', 'start', 'tabindex', 'role', 'data-image', 'target', 'rel', 'referrerpolicy', 'style'];

let hooked = false;

function purify(html: string): string {
	if (!hooked) {
		hooked = true;
		DOMPurify.addHook('afterSanitizeAttributes', (node) => {
			if (node.tagName === 'A') {
				node.setAttribute('target', '_blank');
				node.setAttribute('rel', 'noopener noreferrer nofollow');
				node.setAttribute('referrerpolicy', 'no-referrer');
			}
			if (node.hasAttribute('style') && !/^text-align:(left|right|center)$/u.test(node.getAttribute('style') ?? '')) node.removeAttribute('style');
		});
	}
	return DOMPurify.sanitize(html, { ALLOWED_TAGS, ALLOWED_ATTR, ALLOWED_URI_REGEXP: /^(?:https?|mailto):/iu, ADD_URI_SAFE_ATTR: ['class', 'start', 'tabindex', 'role', 'style', 'data-image'], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false });
}

/**
 * Text of a model or an author as safe HTML. Only in the browser: without a DOM
 * there is no second lock on the door. Null: too long, show it as written.
 */
export function renderMarkdown(source: string): string | null {
	if (source.length > LONGEST_MARKDOWN || typeof document === 'undefined') return null;
	return purify(markdown.render(source));
}
