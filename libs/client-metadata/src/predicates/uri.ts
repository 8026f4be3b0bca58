import { isAddressLiteral } from './address.js';

/** The parts of an absolute URI as they stand in the text; only `scheme` and `host` are lower-cased. */
export type Uri = {
  readonly scheme: string;
  /** `null` without `//`. */
  readonly authority: string | null;
  readonly hasUserinfo: boolean;
  /** With brackets for IPv6; empty without `//`. */
  readonly host: string;
  /** Digits, or `null`; `''` for a colon without digits. */
  readonly port: string | null;
  readonly path: string;
  readonly query: string | null;
  readonly fragment: string | null;
};

// RFC 3986 §2: nothing but reserved, unreserved and percent-encoded characters; no backslash, space or non-ASCII.
const CHARACTERS = /^(?:[\w.~!$&'()*+,;=:@/?#[\]-]|%[\dA-Fa-f]{2})+$/;
// RFC 3986 appendix B, with the scheme of §3.1; at most one `#`, brackets only in the authority.
const PARTS = /^([A-Za-z][A-Za-z\d+.-]*):(?:\/\/([^/?#]*))?([^?#[\]]*)(?:\?([^#[\]]*))?(?:#([^#[\]]*))?$/;
const AUTHORITY = /^(?:([^@[\]]*)@)?(\[[^@[\]]*\]|[^@:[\]]*)(?::(\d*))?$/;

// The rules ask about one URI up to ten times in a validation: enough for the largest registration, small in memory.
const MAX_RECENT = 128;
/** Characters; what is longer is refused anyway (S3). */
const MAX_REMEMBERED = 2048;
const RECENT = new Map<string, Uri | null>();

/**
 * Reads an absolute URI by RFC 3986, on the string itself: a URL library would repair what has to be refused (4.3).
 * `null` when the text is none.
 */
export function parseUri(text: string): Uri | null {
  if (text.length > MAX_REMEMBERED) return readUri(text);
  const known = RECENT.get(text);
  if (known !== undefined) return known;
  const parsed = readUri(text);
  if (RECENT.size >= MAX_RECENT) RECENT.clear();
  RECENT.set(text, parsed);
  return parsed;
}

function readUri(text: string): Uri | null {
  if (!CHARACTERS.test(text)) return null;
  const parts = PARTS.exec(text);
  if (parts === null) return null;
  const authority = parts[2] ?? null;
  const inside = AUTHORITY.exec(authority ?? '');
  if (inside === null) return null;
  const host = (inside[2] ?? '').toLowerCase();
  if (host.startsWith('[') && !isAddressLiteral(host)) return null;
  return {
    scheme: (parts[1] ?? '').toLowerCase(),
    authority,
    hasUserinfo: inside[1] !== undefined,
    host,
    port: inside[3] ?? null,
    path: parts[3] ?? '',
    query: parts[4] ?? null,
    fragment: parts[5] ?? null,
  };
}

// Labels of a name or the digits of an address; one final dot is the root. Percent-encoding and sub-delimiters are in
// the grammar of RFC 3986 §3.2.2, but browsers decode them into another host than the one that was checked.
const NAME = /^[\w~-]+(?:\.[\w~-]+)*\.?$/;

/** What is wrong with the authority of a URI that needs a host, as the name of a shape rule; `null` if nothing is. */
export function authorityFault(uri: Uri): 'uri-userinfo' | 'uri-host' | 'uri-port' | null {
  if (uri.hasUserinfo) return 'uri-userinfo';
  if (!uri.host.startsWith('[') && !NAME.test(uri.host)) return 'uri-host';
  return portFault(uri);
}

/** A port, if there is one, is 1–65535. */
export function portFault(uri: Uri): 'uri-port' | null {
  if (uri.port === null) return null;
  const port = Number(uri.port);
  return port >= 1 && port <= 65_535 ? null : 'uri-port';
}

const DEFAULT_PORTS: { readonly [scheme: string]: string } = { http: '80', https: '443' };

/** Scheme, host and port, with the scheme's own port filled in: equal for URIs of the same origin (RFC 6454 §4). */
export function originOf(uri: Uri): string {
  const port = uri.port === null ? (DEFAULT_PORTS[uri.scheme] ?? '') : String(Number(uri.port));
  return `${uri.scheme}://${uri.host}:${port}`;
}
