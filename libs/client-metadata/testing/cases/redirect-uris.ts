import { allows, rejects, SERVICE, warns, without, type Case } from './case.js';

const web = (...redirect_uris: unknown[]) => ({ redirect_uris });
const native = (...redirect_uris: unknown[]) => ({ redirect_uris, application_type: 'native' });
const implicit = (...redirect_uris: unknown[]) => ({
  redirect_uris,
  grant_types: ['implicit'],
  response_types: ['id_token token'],
});
const hybrid = (...redirect_uris: unknown[]) => ({
  redirect_uris,
  grant_types: ['authorization_code', 'implicit'],
  response_types: ['code id_token'],
});
const refused = (name: string, uri: unknown, rule: string) =>
  rejects(`RFC 7591 §2 · ${name}`, web(uri), rule, ['redirect_uris']);
const refusedFor = (
  name: string,
  change: { readonly [member: string]: unknown },
  rule: string,
  options: Pick<Case, 'policy'> = {},
) => rejects(name, change, rule, ['redirect_uris'], options);
/** As the stricter profiles of spec 7 have it. */
const strict = {
  policy: {
    knobs: {
      httpLoopbackForWeb: false,
      privateUseSchemeForWeb: false,
      undottedPrivateUseSchemes: false,
      httpLogoutUris: false,
    },
  },
};

export const REDIRECT_URI_CASES: readonly Case[] = [
  // syntax, on the raw string
  allows('RFC 3986 §3 · a query stays as it is', web('https://example.com/cb?a=b&c=%2F')),
  allows('RFC 3986 §3.2.3 · a port is kept', web('https://example.com:8443/cb')),
  allows(
    'RFC 3986 §6.2.3 · nothing is normalised',
    web('HTTPS://Example.COM:443/a/../b', 'https://example.com'),
  ),
  allows('H40 · repeated entries are kept', web('https://example.com/cb', 'https://example.com/cb')),
  allows('RFC 3986 §3.2.2 · an IPv6 host', web('https://[2001:db8::1]/cb')),
  allows('4.3 · https on any host, a single label too', web('https://intranet/cb', 'https://10.0.0.5/cb')),
  allows('4.3 · an asterisk in the query is no wildcard', web('https://example.com/cb?x=*')),
  refused('a relative reference is no URI', '/callback', 'uri-malformed'),
  refused('a scheme-relative reference is no URI', '//example.com/cb', 'uri-malformed'),
  refused('a bare host is no URI', 'example.com', 'uri-malformed'),
  refused('a space', 'https://example.com/a b', 'uri-malformed'),
  refused('a leading space', ' https://example.com/', 'uri-malformed'),
  refused('a line break', 'https://example.com/\r\nX: y', 'uri-malformed'),
  refused('a final line break', 'https://example.com/\n', 'uri-malformed'),
  refused('a NUL', 'https://example.com/\0', 'uri-malformed'),
  refused('a backslash', 'https://example.com\\@evil.example/', 'uri-malformed'),
  refused('non-ASCII', 'https://exämple.com/', 'uri-malformed'),
  refused('bad percent-encoding', 'https://example.com/%zz', 'uri-malformed'),
  refused('cut percent-encoding', 'https://example.com/%2', 'uri-malformed'),
  refused('brackets in the path', 'https://example.com/[a]', 'uri-malformed'),
  refused('a broken IPv6 host', 'https://[::1/cb', 'uri-malformed'),
  refused('no IPv6 in the brackets', 'https://[example.com]/cb', 'uri-malformed'),
  refused('a fragment', 'https://example.com/#frag', 'uri-fragment'),
  refused('an empty fragment', 'https://example.com/#', 'uri-fragment'),
  refused('two number signs', 'https://example.com/##', 'uri-fragment'),
  refused('https without //', 'https:example.com/cb', 'uri-host'),
  refused('https with one slash', 'https:/example.com/cb', 'uri-host'),
  refused('no host', 'https:///cb', 'uri-host'),
  refused('an empty label', 'https://example..com/cb', 'uri-host'),
  refused('a percent-encoded host', 'https://%65xample.com/cb', 'uri-host'),
  refused('a user name', 'https://user@example.com/cb', 'uri-userinfo'),
  refused('an empty user name', 'https://@example.com/cb', 'uri-userinfo'),
  refused('port 0', 'https://example.com:0/cb', 'uri-port'),
  refused('port 65536', 'https://example.com:65536/cb', 'uri-port'),
  refused('a colon without a port', 'https://example.com:/cb', 'uri-port'),
  refused('a port that is no number', 'https://example.com:80a/cb', 'uri-malformed'),
  refused('an asterisk as a label', 'https://*.example.com/cb', 'uri-host'),
  refused('an asterisk in the path', 'https://example.com/*', 'uri-wildcard'),
  refused('2,049 characters', `https://example.com/${'a'.repeat(2029)}`, 'too-long'),
  allows('S3 · 2,048 characters', web(`https://example.com/${'a'.repeat(2028)}`)),
  refused('a number', 1, 'wrong-type'),
  refused('null inside the array', null, 'wrong-type'),
  refused('an empty string inside the array', '', 'empty-entry'),
  rejects('H46 · a string where an array is due', { redirect_uris: 'https://example.com/cb' }, 'wrong-type'),
  rejects(
    'RFC 7591 §2 · one bad entry of several',
    web('https://example.com/', 'http://example.com/'),
    'redirect-uri-http-remote',
  ),
  rejects(
    'S3 · 51 entries',
    { redirect_uris: Array.from({ length: 51 }, (_, i) => `https://example.com/${i}`) },
    'too-many',
  ),
  allows('S3 · 50 entries', {
    redirect_uris: Array.from({ length: 50 }, (_, i) => `https://example.com/${i}`),
  }),

  // when they are needed
  rejects('RFC 7591 §2 · the code flow needs one', without('redirect_uris'), 'redirect-uris-required'),
  rejects('H8 · an empty array means none', { redirect_uris: [] }, 'redirect-uris-required'),
  rejects('H6 · null means none', { redirect_uris: null }, 'redirect-uris-required'),
  rejects(
    '4.1 (e) · response type none needs one too',
    { ...without('redirect_uris'), grant_types: [], response_types: ['none'] },
    'redirect-uris-required',
    ['redirect_uris'],
  ),
  allows('RFC 7591 §2.1 · client_credentials needs none', SERVICE, { redirect_uris: undefined }),
  allows('H8 · an empty array is a value', { ...SERVICE, redirect_uris: [] }, { redirect_uris: [] }),
  allows(
    '4.1 (e) · verifiable presentations need none',
    { ...without('redirect_uris'), grant_types: [], response_types: ['vp_token', 'vp_token id_token'] },
    { redirect_uris: undefined },
  ),

  // the table: web, code only
  allows(
    'H29 · https on localhost for web clients with code',
    web('https://localhost/cb', 'https://localhost:8443/cb'),
  ),
  allows(
    'RFC 7591 §5 · http on the three loopback hosts for web clients with code',
    web('http://localhost:8080/cb', 'http://127.0.0.1/cb', 'http://[::1]:1/cb'),
  ),
  refusedFor(
    '4.3 · http on localhost only where the profile allows it',
    web('http://localhost/cb'),
    'redirect-uri-http-loopback',
    strict,
  ),
  refusedFor(
    'H31 · a dotted private-use scheme only where the profile allows it',
    web('com.example.app:/cb'),
    'redirect-uri-private-use-dotted',
    strict,
  ),
  refusedFor(
    'H32 · an undotted private-use scheme only where the profile allows it',
    native('myapp:/cb'),
    'redirect-uri-private-use-undotted',
    strict,
  ),
  ...[
    'http://example.com/cb',
    'http://127.0.0.2/cb',
    'http://2130706433/cb',
    'http://0x7f000001/cb',
    'http://0.0.0.0/cb',
    'http://localhost./cb',
    'http://localhost.evil.example/cb',
    'http://10.0.0.5/cb',
    'http://192.168.1.1/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'http://[0:0:0:0:0:0:0:1]/cb',
  ].map((uri) => refusedFor(`RFC 9700 §2.6 · ${uri} for a web client`, web(uri), 'redirect-uri-http-remote')),
  allows(
    'H31 · a dotted private-use scheme for web clients with code',
    web('com.example.app:/callback', 'edu.kit.data.oidc-agent:/redirect'),
  ),
  refusedFor(
    'H31 · an undotted private-use scheme for a web client',
    web('myapp://callback'),
    'redirect-uri-private-use-undotted',
  ),
  // web, implicit and hybrid
  allows('OIDC Registration §2 · https for implicit clients', implicit('https://example.com/cb')),
  refusedFor(
    'OIDC Registration §2 · https on localhost for implicit clients',
    implicit('https://localhost/cb'),
    'redirect-uri-https-localhost',
  ),
  refusedFor(
    'OIDC Registration §2 · https on localhost. is the same host',
    hybrid('https://LOCALHOST./cb'),
    'redirect-uri-https-localhost',
  ),
  refusedFor(
    'OIDC Registration §2 · https on localhost for hybrid clients',
    hybrid('https://localhost/cb'),
    'redirect-uri-https-localhost',
  ),
  refusedFor(
    'OIDC Registration §2 · http for implicit clients',
    implicit('http://example.com/cb'),
    'redirect-uri-http-remote',
  ),
  refusedFor(
    'OIDC Registration §2 · http on localhost for implicit clients',
    implicit('http://localhost/cb'),
    'redirect-uri-http-loopback',
  ),
  refusedFor(
    'OIDC Registration §2 · http on 127.0.0.1 for hybrid clients',
    hybrid('http://127.0.0.1/cb'),
    'redirect-uri-http-loopback',
  ),
  refusedFor(
    'OIDC Registration §2 · a private-use scheme for implicit web clients',
    implicit('com.example.app:/cb'),
    'redirect-uri-private-use-dotted',
  ),
  // native
  allows('H28 · claimed https for native clients', native('https://app.example.com/cb')),
  allows(
    'RFC 8252 §7.3 · http on loopback hosts for native clients',
    native('http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost:1234/cb'),
  ),
  allows('RFC 8252 §7.3 · native clients may use them with implicit', {
    ...implicit('http://127.0.0.1/cb'),
    application_type: 'native',
  }),
  allows(
    'RFC 8252 §7.1 · private-use schemes for native clients',
    native('com.example.app:/cb', 'com.example.app://cb', 'com.example.app:cb'),
  ),
  allows(
    'H32 · undotted private-use schemes for native clients',
    native('myapp://callback', 'urn:ietf:wg:oauth:2.0:oob'),
  ),
  refusedFor(
    'H30 · https on localhost for native clients',
    native('https://localhost/cb'),
    'redirect-uri-https-localhost',
  ),
  refusedFor(
    'OIDC Registration §2 · http elsewhere for native clients',
    native('http://example.com/cb'),
    'redirect-uri-http-remote',
  ),
  refusedFor(
    'RFC 8252 §8.3 · other loopback spellings for native clients',
    native('http://127.1/cb'),
    'redirect-uri-http-remote',
  ),
  refusedFor(
    '4.3 · a user name with a private-use scheme',
    native('com.example.app://user@host/'),
    'uri-userinfo',
  ),
  refusedFor('4.3 · port 0 with a private-use scheme', native('com.example.app://host:0/'), 'uri-port'),
  refusedFor('4.3 · an asterisk with a private-use scheme', native('com.example.app:/*'), 'uri-wildcard'),
  ...(
    'javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd blob:https://a.example/x about:blank ' +
    'view-source:https://a.example/ filesystem:https://a.example/x ftp://a.example/ ws://a.example/ wss://a.example/ ' +
    'mailto:a@b.example tel:+1 sms:+1 chrome://settings ms-settings:x ms-word:ofe JavaScript:alert(1)'
  )
    .split(' ')
    .map((uri) => refusedFor(`4.3 · never ${uri}`, native(uri), 'uri-forbidden-scheme')),

  warns('RFC 8252 §8.3 · localhost', native('http://localhost/cb'), 'localhost-redirect-uri'),
  warns('RFC 8252 §7.1 · a scheme without a dot', native('myapp:/cb'), 'undotted-private-use-scheme'),
];
