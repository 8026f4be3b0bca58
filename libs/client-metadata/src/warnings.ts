import { MEMBERS, type ClientMetadata } from './members.js';
import { hasSmallExponent } from './predicates/jwk.js';
import { redirectForm } from './predicates/redirect-uri.js';
import { isFrontChannel } from './predicates/response-type.js';
import { isMixedScript } from './predicates/text.js';
import { parseUri, type Uri } from './predicates/uri.js';
import type { Warning } from './validation.js';

/** `finds` gives the members that deserve attention, as they are spelled in the record. */
type WarningRow = {
  id: string;
  source: string;
  finds: (m: ClientMetadata) => readonly string[];
  says: string;
};

/** Accepted, yet worth a word to the developer or a look by the operator. */
export const WARNINGS: readonly WarningRow[] = [
  {
    id: 'display-uri-host',
    source: 'RFC 7591 §5',
    finds: (m) => displayUris(m, (uri) => isForeign(m, uri.host)),
    says: 'has a host that no redirect URI has; people may take the client for someone else',
  },
  {
    id: 'display-uri-https',
    source: 'RFC 7591 §2',
    finds: (m) => displayUris(m, (uri) => uri.scheme !== 'https'),
    says: 'should use https',
  },
  {
    id: 'mixed-script-name',
    source: 'RFC 7591 §5',
    finds: (m) =>
      named(m, NAMES).flatMap(([name, value]) =>
        typeof value === 'string' && isMixedScript(value) ? [name] : [],
      ),
    says: 'mixes scripts whose letters look alike; it may imitate another name',
  },
  {
    id: 'localhost-redirect-uri',
    source: 'RFC 8252 §8.3',
    finds: (m) => redirecting(m, (uri) => parseUri(uri)?.host === 'localhost'),
    says: 'names localhost; 127.0.0.1 or [::1] is safer',
  },
  {
    id: 'undotted-private-use-scheme',
    source: 'RFC 8252 §7.1',
    finds: (m) => redirecting(m, (uri) => redirectForm(uri) === 'private-use-undotted'),
    says: 'has a scheme without a dot, which another program may claim; use a reversed domain name',
  },
  {
    id: 'front-channel-tokens',
    source: 'RFC 9700 §2.1.2',
    finds: (m) => ((m.response_types ?? []).some(isFrontChannel) ? ['response_types'] : []),
    says: 'hands out tokens in the front channel; prefer code with PKCE',
  },
  {
    id: 'password-grant',
    source: 'RFC 9700 §2.4',
    finds: (m) => (m.grant_types?.includes('password') === true ? ['grant_types'] : []),
    says: 'has the password grant, which must no longer be used',
  },
  {
    id: 'small-rsa-exponent',
    source: 'RFC 7518 §6.3.1.2',
    finds: (m) => (m.jwks?.keys.some(hasSmallExponent) === true ? ['jwks'] : []),
    says: 'has an RSA key with an exponent below 65537',
  },
];

export function warningsAbout(m: ClientMetadata): Warning[] {
  return WARNINGS.flatMap((row) =>
    row.finds(m).map((member) => ({ members: [member], rule: row.id, message: `${member} ${row.says}` })),
  );
}

const LOCALIZED = Object.entries(MEMBERS).flatMap(([name, row]) => ('localized' in row ? [name] : []));
const DISPLAY_URIS: ReadonlySet<string> = new Set(LOCALIZED.filter((name) => name.endsWith('_uri')));
const NAMES: ReadonlySet<string> = new Set(LOCALIZED.filter((name) => name.endsWith('_name')));

/** Members of a record whose untagged name is in the set, tagged ones included. */
function named(m: ClientMetadata, names: ReadonlySet<string>): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const name of Object.keys(m)) {
    const hash = name.indexOf('#');
    if (names.has(hash < 0 ? name : name.slice(0, hash))) found.push([name, valueOf(m, name)]);
  }
  return found;
}

function valueOf(m: { readonly [member: string]: unknown }, name: string): unknown {
  return m[name];
}

function displayUris(m: ClientMetadata, isOdd: (uri: Uri) => boolean): string[] {
  return named(m, DISPLAY_URIS).flatMap(([name, value]) => {
    const uri = typeof value === 'string' ? parseUri(value) : null;
    return uri !== null && isOdd(uri) ? [name] : [];
  });
}

function redirecting(m: ClientMetadata, matches: (uri: string) => boolean): string[] {
  return m.redirect_uris?.some(matches) === true ? ['redirect_uris'] : [];
}

/** Whether the client has redirect hosts, and a host is none of them. */
function isForeign(m: ClientMetadata, host: string): boolean {
  const uris = (m.redirect_uris ?? []).map((uri) => parseUri(uri));
  const hosts = uris.flatMap((uri) => (uri !== null && uri.scheme.startsWith('http') ? [uri.host] : []));
  return hosts.length > 0 && !hosts.includes(host);
}
