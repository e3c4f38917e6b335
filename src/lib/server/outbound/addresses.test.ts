import { expect, it } from 'vitest';
import { judgeAddress, parseAllowed } from './addresses.ts';
import type { Allowed } from './addresses.ts';

const nothing: Allowed = { names: [], ranges: [] };
const allowed = (text: string): Allowed => {
	const parsed = parseAllowed(text);
	if (!parsed) throw new Error(`not read: ${text}`);
	return parsed;
};

it.each([
	'127.0.0.1', '127.8.9.10', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.100.100.200',
	'198.18.0.1', '192.0.0.1', '192.0.2.1', '203.0.113.5', '224.0.0.1', '240.0.0.1', '255.255.255.255',
	'::', '::1', 'fe80::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '2001:db8::1',
	'localhost', ''
])('%s is nobody’s business outside', (address) => {
	expect(judgeAddress('model.example', address, nothing)).toBe('refused');
});

it.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '8.8.8.8', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is public', (address) => {
	expect(judgeAddress('model.example', address, nothing)).toBe('public');
});

it('lets a range of the setting through, and only that', () => {
	const setting = allowed('10.4.0.0/16, fd00:1::/32');
	expect(judgeAddress('gpu.firm', '10.4.7.1', setting)).toBe('inhouse');
	expect(judgeAddress('gpu.firm', '::ffff:10.4.7.1', setting)).toBe('inhouse');
	expect(judgeAddress('gpu.firm', 'fd00:1::9', setting)).toBe('inhouse');
	expect(judgeAddress('gpu.firm', '10.5.0.1', setting)).toBe('refused');
	expect(judgeAddress('127.0.0.1', '127.0.0.1', allowed('127.0.0.1'))).toBe('inhouse');
});

it('lets a name of the setting stand for a server of the house, never for a link-local address', () => {
	const setting = allowed('vllm.firm.example');
	expect(judgeAddress('VLLM.firm.example.', '192.168.4.4', setting)).toBe('inhouse');
	expect(judgeAddress('vllm.firm.example', '169.254.169.254', setting)).toBe('refused');
	expect(judgeAddress('evil.vllm.firm.example', '192.168.4.4', setting)).toBe('refused');
});

it('reads nothing else', () => {
	expect(parseAllowed('')).toEqual(nothing);
	for (const bad of ['http://a.example', 'a.example:80', '10.0.0.0/40', '*.example', '1.2', '0x7f.1/8 x']) expect(parseAllowed(bad), bad).toBeNull();
});

it('lets a host that the administrator named be in the house, but neither where clouds give credentials away nor in the clear outside', () => {
	const allowed = { names: [], ranges: [], trusted: ['s3.firm.example', '127.0.0.1'] };
	expect(judgeAddress('s3.firm.example', '10.1.2.3', allowed)).toBe('inhouse');
	expect(judgeAddress('127.0.0.1', '127.0.0.1', allowed)).toBe('inhouse');
	expect(judgeAddress('s3.firm.example', '8.8.8.8', allowed)).toBe('public');
	expect(judgeAddress('s3.firm.example', '169.254.169.254', allowed)).toBe('refused');
	expect(judgeAddress('other.firm.example', '10.1.2.3', allowed)).toBe('refused');
});

it.each(['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254', '::ffff:100.100.100.200', '168.63.129.16'])('no name stands for %s, where clouds give credentials away; a range that holds it does', (address) => {
	for (const setting of [nothing, allowed('s3.firm.example'), { ...nothing, trusted: ['s3.firm.example'] }]) expect(judgeAddress('s3.firm.example', address, setting)).toBe('refused');
	expect(judgeAddress('s3.firm.example', address, allowed(`s3.firm.example, ${address}`))).toBe('inhouse');
});

it('lets a name stand for the addresses beside them', () => {
	for (const address of ['100.100.100.201', 'fd00:ec3::254', 'fd00::1']) for (const setting of [allowed('s3.firm.example'), { ...nothing, trusted: ['s3.firm.example'] }]) expect(judgeAddress('s3.firm.example', address, setting)).toBe('inhouse');
});
