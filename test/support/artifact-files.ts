import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** SHA-256 in hex, as artifacts are named. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	check.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, check]);
}

/** A PNG of these sides: stripes of one colour on white. `claimed`: sides its header says while there are no pixels behind them. */
export function png(width: number, height: number, options: { colour?: readonly [number, number, number]; claimed?: boolean } = {}): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2, 0, 0, 0], 8);
	const [r, g, b] = options.colour ?? [40, 80, 140];
	const line = (y: number) => Buffer.from([0, ...Array.from({ length: width }, (_, x) => ((x >> 4) + (y >> 4)) % 2 ? [r, g, b] : [255, 255, 255]).flat()]);
	const pixels = options.claimed ? Buffer.alloc(16) : Buffer.concat(Array.from({ length: height }, (_, y) => line(y)));
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
}

/** The head of a JPEG of these sides, and no more: nothing here decodes it. `orientation` as a camera notes it (Exif). */
export function jpeg(width: number, height: number, orientation?: number): Buffer {
	const exif = orientation === undefined ? Buffer.alloc(0) : Buffer.from([0xff, 0xe1, 0x00, 0x22, ...Buffer.from('Exif\0\0MM\0*', 'latin1'), 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
	const frame = Buffer.from([0xff, 0xc0, 0x00, 0x11, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
	return Buffer.concat([Buffer.from([0xff, 0xd8]), exif, exif.length > 0 ? Buffer.alloc(0) : Buffer.from([0xff, 0xe0, 0x00, 0x10, ...Buffer.from('JFIF\0', 'latin1'), 1, 1, 0, 0, 1, 0, 1, 0, 0]), frame, Buffer.from([0xff, 0xd9])]);
}

/** A lossless WebP's head of these sides. */
export function webp(width: number, height: number): Buffer {
	const bits = (width - 1) | ((height - 1) << 14);
	const data = Buffer.from([0x2f, bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, (bits >>> 24) & 255, 0, 0, 0]);
	const size = (n: number) => Buffer.from([n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255]);
	return Buffer.concat([Buffer.from('RIFF'), size(4 + 8 + data.length), Buffer.from('WEBPVP8L'), size(data.length), data]);
}

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');

/**
 * A PDF with one page for each entry: a line of Latin and a line of Chinese
 * text, the Chinese in a font that is not in the file and under a predefined
 * character map, as Chinese office programs write it. `script`: JavaScript that it wants run when opened.
 */
export function pdf(pages: readonly { latin: string; han?: string }[], options: { script?: string; padding?: number } = {}): Buffer {
	const objects: string[] = [];
	const add = (body: string): number => objects.push(body);
	const stream = (text: string) => `<< /Length ${Buffer.byteLength(text, 'latin1')} >>\nstream\n${text}\nendstream`;
	const latin = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
	const descriptor = add('<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>');
	const cid = add(`<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor ${descriptor} 0 R >>`);
	const han = add(`<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [${cid} 0 R] >>`);
	const tree = objects.length + 1 + pages.length * 2;
	const kids = pages.map((page) => {
		const text = page.latin.replaceAll(/[()\\]/g, (mark) => `\\${mark}`);
		const content = add(stream(`BT /F1 18 Tf 60 740 Td (${text}) Tj ET\n${page.han ? `BT /F2 18 Tf 60 700 Td <${utf16(page.han)}> Tj ET` : ''}${' '.repeat(options.padding ?? 0)}`));
		return add(`<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 ${latin} 0 R /F2 ${han} 0 R >> >> >>`);
	});
	add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`);
	const action = options.script === undefined ? '' : ` /OpenAction << /S /JavaScript /JS (${options.script}) >>`;
	const root = add(`<< /Type /Catalog /Pages ${tree} 0 R${action} >>`);
	let file = '%PDF-1.5\n%\xe2\xe3\xcf\xd3\n';
	const at = objects.map((body, index) => {
		const offset = file.length;
		file += `${index + 1} 0 obj\n${body}\nendobj\n`;
		return offset;
	});
	const start = file.length;
	file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${at.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}trailer\n<< /Size ${objects.length + 1} /Root ${root} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
	return Buffer.from(file, 'latin1');
}
