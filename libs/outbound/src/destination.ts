import { isAllowedAddress } from '@rollbook/client-metadata';
import { isIP } from 'node:net';
import { OutboundError } from './outbound-error.js';

/** Where a request goes: the name for TLS and `Host`, and the addresses it may connect to, all checked. */
export type Destination = { url: URL; host: string; addresses: readonly string[] };

/**
 * Checks a URL and the addresses behind it (S1). The resolver is asked once; the connection uses its answer, so a name
 * that changes its addresses between check and use (DNS rebinding) gains nothing.
 *
 * @throws OutboundError `scheme`, `address` or `network` (the name does not resolve)
 */
export async function resolveDestination(
  text: string,
  resolve: (host: string) => Promise<readonly string[]>,
  allowedNetworks: readonly string[],
): Promise<Destination> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new OutboundError('scheme');
  }
  // The URL parser has already turned decimal, octal and hexadecimal spellings of IPv4 into dotted form.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await resolveName(host, resolve) : [host];
  // One address that is not allowed spoils the answer: which one gets connected to must not matter.
  if (!addresses.every((address) => isIP(address) !== 0 && isAllowedAddress(address, allowedNetworks))) {
    throw new OutboundError('address');
  }
  return { url, host, addresses };
}

async function resolveName(
  host: string,
  resolve: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    throw new OutboundError('network', error);
  }
  if (addresses.length === 0) throw new OutboundError('network');
  return addresses;
}
