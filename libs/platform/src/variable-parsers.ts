import ipaddr from 'ipaddr.js';
import { Expected } from './variables.js';

/** A whole number within bounds, both included. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new Expected(`a whole number from ${least} to ${most}`);
    }
    return value;
  };

/** One of a closed set of words. */
export const oneOf =
  <const Word extends string>(...words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Expected(`one of ${words.join(', ')}`);
    return found;
  };

/** Any text without control characters. */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Expected('text without control characters');
  return text;
}

/** Items separated by commas or white space; none is an empty list. */
export const listOf =
  <T>(item: (text: string) => T) =>
  (text: string): readonly T[] =>
    text
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map(item);

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The URL under which the service is reached from outside, without a trailing slash: https, or plain http on a loopback
 * host (spec 1.4.5).
 */
export function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const secure = url?.protocol === 'https:';
  const loopback = url?.protocol === 'http:' && LOOPBACK_HOSTS.includes(url.hostname);
  const bare = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!url || !bare || (!secure && !loopback) || /[?#]$/.test(text)) {
    throw new Expected(
      'an https URL (plain http only for localhost, 127.0.0.1 and [::1]) without user, query and fragment',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** An origin as browsers send it, or `*`. */
export function corsOrigin(text: string): string {
  if (text === '*') return text;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.origin === 'null' || url.origin !== text) {
    throw new Expected('`*` or origins such as https://app.example, without path');
  }
  return text;
}

/** An address, a CIDR block, or one of the names that stand for well-known blocks. */
export function proxyRange(text: string): string {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return text;
  if (ipaddr.isValid(text) || ipaddr.isValidCIDR(text)) return text;
  throw new Expected('addresses, CIDR blocks, loopback, linklocal or uniquelocal');
}

/** A bearer token with the name of its holder. */
export type NamedToken = { name: string; token: string };

/**
 * Lines `name:token` (a comma separates them as well). Several entries may share a name: two valid tokens at once are
 * how one is replaced. A token has at least 16 characters of RFC 6750's `b64token`.
 */
export function namedTokens(text: string): readonly NamedToken[] {
  const entries = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => /^([A-Za-z0-9][A-Za-z0-9._@-]{0,63}):([A-Za-z0-9\-._~+/]{16,512}=*)$/.exec(line));
  const tokens = entries.flatMap((match) => {
    const [, name, token] = match ?? [];
    return name === undefined || token === undefined ? [] : [{ name, token }];
  });
  if (tokens.length === 0 || tokens.length < entries.length) {
    throw new Expected('lines name:token, each token at least 16 characters of A-Z a-z 0-9 - . _ ~ + /');
  }
  if (new Set(tokens.map(({ token }) => token)).size < tokens.length) {
    throw new Expected('a different token in every line');
  }
  return Object.freeze(tokens);
}

/** 256 bits as base64url (43 characters, one `=` tolerated) or 64 hexadecimal digits. */
export function masterKey(text: string): Buffer {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64url');
  throw new Expected('32 octets as base64url or as 64 hexadecimal digits');
}

/** A JSON document; its content is checked by whoever uses it. */
export function jsonText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Expected('JSON');
  }
}

/** Where MongoDB is: the connection string as it came, and the database that its path names. */
export type MongodbAddress = { url: string; database: string };

/** MongoDB's own limit is 63 octets, and the keys of personal data live in `<database>_keys`. */
const DATABASE = /^[A-Za-z0-9_-]{1,50}$/;
const DEFAULT_DATABASE = 'rollbook';

/** A connection string of MongoDB; hosts and options are checked by its driver. */
export function mongodbUrl(text: string): MongodbAddress {
  const match = /^mongodb(?:\+srv)?:\/\/[^/?#\s]+(?:\/([^/?#\s]*))?(?:\?[^#\s]*)?$/.exec(text);
  const database = match?.[1] === undefined || match[1] === '' ? DEFAULT_DATABASE : match[1];
  if (!match || !DATABASE.test(database)) {
    throw new Expected(
      'mongodb://… or mongodb+srv://…, its path the name of a database (at most 50 of A-Z a-z 0-9 _ -)',
    );
  }
  return { url: text, database };
}

/** A host and a port, `[…]` around an IPv6 address. */
export function hostAndPort(text: string): string {
  const port = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new Expected('host:port, a comma between several');
  }
  return text;
}

/** What the names of topics may begin with: Kafka's letters, and short enough for the rest of the name. */
export function topicPrefix(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(text)) {
    throw new Expected('at most 200 of A-Z a-z 0-9 . _ -, the first a letter or digit');
  }
  return text;
}
