import DOMPurify from 'dompurify';
import type { Config } from 'dompurify';

const HTML_TAGS = ['a', 'blockquote', 'br', 'code', 'del', 'div', 'em', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 's', 'span', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'];
const HTML_ATTR = ['href', 'class', 'start', 'tabindex', 'role', 'dir', 'aria-label', 'data-image', 'data-at', 'target', 'rel', 'referrerpolicy', 'style'];

// What MathML needs to look like maths. No links, no actions, no annotations (they may hold HTML), no colours.
const MATH_TAGS = ['math', 'mfrac', 'mi', 'mmultiscripts', 'mn', 'mo', 'mover', 'mpadded', 'mphantom', 'mprescripts', 'mroot', 'mrow', 'ms', 'mspace', 'msqrt', 'mstyle', 'msub', 'msubsup', 'msup', 'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover', 'menclose', 'none'];
const MATH_ATTR = ['accent', 'accentunder', 'columnspan', 'depth', 'display', 'displaystyle', 'fence', 'form', 'height', 'largeop', 'linethickness', 'lspace', 'mathvariant', 'maxsize', 'minsize', 'movablelimits', 'notation', 'rowspan', 'rspace', 'scriptlevel', 'separator', 'stretchy', 'symmetric', 'voffset', 'width'];
const MATH_SPACE = 'http://www.w3.org/1998/Math/MathML';

/** Classes that the page's styles know for answers; none of the tool's own, with which text could dress as a control or cover one. */
const CLASS = /^(?:h[1-6]|table-scroll|math-(?:display|long|source)|language-[\w+#.-]{1,40}|hljs-[a-z_]{1,40}|tml-(?:right|left|jot|display|cancel)|upstrike|downstrike|function_|class_|inherited__|escape_)$/u;
/** Alignment of a table's cells, and the small spaces and rules that the maths library gives to its own. */
const CELL_STYLE = /^text-align:(?:left|right|center)$/u;
const MATH_STYLE = /^(?:(?:padding(?:-(?:left|right|top|bottom))?:\d?(?:\.\d{1,4})?(?:em|ex|pt|px)?|border(?:-(?:left|right|top|bottom))?:\d?(?:\.\d{1,4})?(?:em|pt|px) solid|display:block math);?)+$/u;

const CONFIG: Config = {
	ALLOWED_TAGS: [...HTML_TAGS, ...MATH_TAGS],
	ALLOWED_ATTR: [...HTML_ATTR, ...MATH_ATTR],
	ALLOWED_URI_REGEXP: /^(?:https?|mailto):/iu,
	ADD_URI_SAFE_ATTR: ['class', 'start', 'tabindex', 'role', 'dir', 'aria-label', 'style', 'data-image', 'data-at', ...MATH_ATTR],
	ALLOW_DATA_ATTR: false,
	ALLOW_ARIA_ATTR: false
};

let hooked = false;

function hook(): void {
	hooked = true;
	DOMPurify.addHook('afterSanitizeAttributes', (node) => {
		const maths = node.namespaceURI === MATH_SPACE;
		if (node.localName === 'a' && !maths) {
			node.setAttribute('target', '_blank');
			node.setAttribute('rel', 'noopener noreferrer nofollow');
			node.setAttribute('referrerpolicy', 'no-referrer');
		} else node.removeAttribute('href');
		const style = node.getAttribute('style');
		if (style !== null && !(maths ? MATH_STYLE : CELL_STYLE).test(style)) node.removeAttribute('style');
		const given = node.getAttribute('class');
		if (given === null) return;
		const known = given.split(/\s+/u).filter((name) => CLASS.test(name));
		if (known.length > 0) node.setAttribute('class', known.join(' '));
		else node.removeAttribute('class');
	});
}

/** The second lock on the door: whatever the renderers made, only this short list of tags, attributes, classes and addresses gets through. Needs a DOM. */
export function sanitise(html: string): string {
	if (!hooked) hook();
	return DOMPurify.sanitize(html, CONFIG);
}
