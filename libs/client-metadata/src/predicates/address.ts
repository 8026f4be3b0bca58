import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const V4_MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96');
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
// The only block from which global unicast addresses are given out (RFC 4291 §2.4, IANA IPv6 address space).
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** An IPv6 address that only wraps an IPv4 address is judged, and reached, as that address (RFC 4291 §2.5.5.2, RFC 6052). */
function unwrap(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (!address.match(V4_MAPPED) && !address.match(NAT64)) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}

function isSpecial(address: Address): boolean {
  if (address.range() !== 'unicast') return true;
  return address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST);
}

// Spares names the library's attempts, which cost more than the rest of a validation.
const LIKE_AN_ADDRESS = /^\d|:/;

/** A literal as URL parsers read it (`127.1`, `0x7f000001`, `127.0.0.1.`, `[::1]` included), or `null` for a name. */
function parseAddress(text: string): Address | null {
  if (!LIKE_AN_ADDRESS.test(text)) return null;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text.replace(/\.$/, '');
  return ipaddr.isValid(bare) ? unwrap(ipaddr.parse(bare)) : null;
}

/** Whether a text is an IPv4 or IPv6 literal, with or without brackets. */
export function isAddressLiteral(text: string): boolean {
  return parseAddress(text) !== null;
}

/**
 * Whether an IPv4 or IPv6 literal is a special-purpose address: loopback, private, link-local, multicast, unspecified,
 * documentation, a transition mechanism that can lead to one of these, or not assigned (S1). False for a name.
 */
export function isSpecialPurposeAddress(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && isSpecial(parsed);
}

/**
 * Whether the server may call an address: it is not special-purpose, or lies in a network that the operator allows.
 *
 * @param address IPv4 or IPv6 literal; anything else is not allowed
 * @param allowedNetworks CIDR blocks; one that does not parse allows nothing
 */
export function isAllowedAddress(address: string, allowedNetworks: readonly string[]): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return false;
  return !isSpecial(parsed) || allowedNetworks.some((network) => contains(network, parsed));
}

function contains(network: string, address: Address): boolean {
  if (!ipaddr.isValidCIDR(network)) return false;
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === address.kind() && address.match(base, bits);
}
