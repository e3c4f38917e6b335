import ipaddr from 'ipaddr.js';

/** What the setting allows besides public addresses: host names (lower case) and ranges. `trusted`: hosts that the site's administrator named for one purpose; they may be in the house, and are called in the clear only there. */
export type Allowed = { names: string[]; ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][]; trusted?: readonly string[] };

/** Reads the setting: names, addresses and CIDR ranges, by commas. Null when one is neither. */
export function parseAllowed(text: string): Allowed | null {
	const allowed: Allowed = { names: [], ranges: [] };
	for (const each of text.split(',').map((part) => part.trim().toLowerCase()).filter(Boolean)) {
		if (ipaddr.isValidCIDR(each)) allowed.ranges.push(ipaddr.parseCIDR(each));
		else if (ipaddr.isValid(each) && (each.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(each))) allowed.ranges.push([ipaddr.process(each), each.includes(':') ? 128 : 32]);
		else if (/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(each) && !/^[\d.]+$/.test(each)) allowed.names.push(each.replace(/\.$/, ''));
		else return null;
	}
	return allowed;
}

const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

/**
 * Where clouds give their machines' credentials away, besides link-local addresses: Alibaba's (in carrier-grade NAT),
 * Amazon's and Google's (unique local) and Azure's own (among public ones). Names are somebody else's to point, so no name
 * stands for one of them; a range of the setting may hold one, as whoever wrote it chose.
 */
const METADATA = ['100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32', '168.63.129.16/32'].map((range) => ipaddr.parseCIDR(range));

/** Whether an address lies in one of these ranges. */
const within = (address: ipaddr.IPv4 | ipaddr.IPv6, ranges: Allowed['ranges']): boolean => ranges.some(([network, bits]) => network.kind() === address.kind() && address.match([network, bits]));

/** Whether everybody on the internet could be behind this address: no private, loopback, link-local, translated or reserved one. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
	return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_V6));
}

/** Ranges that a name of the setting may stand for. Not link-local: cloud machines give their credentials away there, and names are somebody else's to point. */
const INHOUSE = ['private', 'loopback', 'uniqueLocal', 'carrierGradeNat'];

/**
 * Whether a request for `host` may go to `address`, and whether that is a server
 * of the house. IPv4 addresses in IPv6 clothes are judged as what they are.
 */
export function judgeAddress(host: string, address: string, allowed: Allowed): 'public' | 'inhouse' | 'refused' {
	if (!ipaddr.isValid(address)) return 'refused';
	const parsed = ipaddr.process(address);
	if (within(parsed, allowed.ranges)) return 'inhouse';
	if (within(parsed, METADATA)) return 'refused';
	const name = host.toLowerCase().replace(/\.$/, '');
	const isInhouse = INHOUSE.includes(parsed.range());
	if (allowed.names.includes(name) && (isInhouse || isPublic(parsed))) return 'inhouse';
	if (isInhouse && allowed.trusted?.includes(name)) return 'inhouse';
	return isPublic(parsed) ? 'public' : 'refused';
}
