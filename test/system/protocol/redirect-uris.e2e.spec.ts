import { everySystem, type RunningSystem } from '../../support/systems.js';
import { expectRefusal, type Json, post, register, valid, validate } from './ask.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const IRU = 'invalid_redirect_uri';
  const KINDS: Readonly<Record<'web' | 'hybrid' | 'implicit' | 'native' | 'nativeHybrid', Json>> = {
    web: {},
    hybrid: { response_types: ['code id_token'], grant_types: ['authorization_code', 'implicit'] },
    implicit: { response_types: ['id_token'], grant_types: ['implicit'] },
    native: { application_type: 'native', token_endpoint_auth_method: 'none' },
    nativeHybrid: {
      application_type: 'native',
      response_types: ['code id_token'],
      grant_types: ['authorization_code', 'implicit'],
    },
  };
  type Kind = keyof typeof KINDS;
  const ALL = Object.keys(KINDS) as Kind[];
  const NATIVE: Kind[] = ['native', 'nativeHybrid'];

  /** The table of 4.3: a URI and the kinds of client that may register it. */
  const FORMS: readonly [row: string, uri: string, allowed: Kind[]][] = [
    ['https', 'https://example.com/cb', ALL],
    ['https with port, query, percent-encoding', 'https://example.com:8443/c%2Fb?a=%20b&c=*', ALL],
    ['https without a path', 'https://example.com', ALL],
    ['https in upper case', 'HTTPS://EXAMPLE.com/CB', ALL],
    ['https on an address', 'https://203.0.113.7/cb', ALL],
    ['https on IPv6', 'https://[2001:db8::1]:8443/cb', ALL],
    ['https, single label', 'https://intranet/cb', ALL],
    ['https, dot at the end', 'https://example.com./cb', ALL],
    ['https, punycode', 'https://xn--bcher-kva.example/cb', ALL],
    ['https, look-alike of localhost', 'https://localhost.evil.example/cb', ALL],
    ['https, dot segments are kept', 'https://example.com/a/../b', ALL],
    ['https, 65535', 'https://example.com:65535/', ALL],
    ['H29 · https localhost', 'https://localhost/cb', ['web']],
    ['H29 · https localhost with port', 'https://localhost:8443/cb', ['web']],
    ['H30 · https LOCALHOST', 'https://LOCALHOST/cb', ['web']],
    ['H30 · https localhost.', 'https://localhost./cb', ['web']],
    ['H30 · https 127.0.0.1', 'https://127.0.0.1/cb', ['web']],
    ['H30 · https [::1]', 'https://[::1]/cb', ['web']],
    ['http remote', 'http://example.com/cb', []],
    ['http remote in upper case', 'HTTP://example.com/cb', []],
    ['RFC 8252 §7.3 · http 127.0.0.1', 'http://127.0.0.1/cb', ['web', ...NATIVE]],
    ['RFC 8252 §7.3 · http 127.0.0.1 with port', 'http://127.0.0.1:51004/cb', ['web', ...NATIVE]],
    ['RFC 8252 §7.3 · http [::1]', 'http://[::1]:51004/cb', ['web', ...NATIVE]],
    ['RFC 8252 §8.3 · http localhost', 'http://localhost/cb', ['web', ...NATIVE]],
    ['http LOCALHOST', 'http://LocalHost:3000/cb', ['web', ...NATIVE]],
    ['http 127.0.0.2', 'http://127.0.0.2/cb', []],
    ['http decimal loopback', 'http://2130706433/cb', []],
    ['http hexadecimal loopback', 'http://0x7f000001/cb', []],
    ['http octal loopback', 'http://0177.0.0.1/cb', []],
    ['http short loopback', 'http://127.1/cb', []],
    ['http 0.0.0.0', 'http://0.0.0.0/cb', []],
    ['http [::]', 'http://[::]/cb', []],
    ['http mapped loopback', 'http://[::ffff:127.0.0.1]/cb', []],
    ['http loopback written out', 'http://[0:0:0:0:0:0:0:1]/cb', []],
    ['http private range', 'http://192.168.1.10/cb', []],
    ['http localhost.', 'http://localhost./cb', []],
    ['http look-alike', 'http://localhost.evil.example/cb', []],
    ['http look-alike of an address', 'http://127.0.0.1.evil.example/cb', []],
    ['http mDNS', 'http://printer.local/cb', []],
    ['H31 · private-use with a dot', 'com.example.app:/cb', ['web', ...NATIVE]],
    ['H31 · private-use with a dot and //', 'com.example.app://cb', ['web', ...NATIVE]],
    ['H32 · private-use without a dot', 'myapp:/cb', NATIVE],
    ['H32 · private-use without a dot and //', 'myapp://callback', NATIVE],
    ['H32 · urn', 'urn:ietf:wg:oauth:2.0:oob', NATIVE],
  ];
  describe('4.3 · forms and kinds of client', () => {
    test.each(
      FORMS.flatMap(([row, uri, allowed]) =>
        ALL.map((kind) => [row, kind, allowed.includes(kind) ? 'yes' : 'no', uri] as const),
      ),
    )('%s, %s: %s', async (_row, kind, verdict, uri) => {
      const metadata = valid({
        ...KINDS[kind],
        grant_types: KINDS[kind]['grant_types'] ?? ['authorization_code'],
        redirect_uris: [uri],
      });
      const answer = await validate(service, metadata);
      if (verdict === 'no') expectRefusal(answer, { error: IRU, member: 'redirect_uris' });
      else expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    });
  });

  describe('S4, 4.3 · never, whatever the client', () => {
    const never: readonly [claim: string, uri: string, rule?: string][] = [
      ...[
        'javascript:alert(1)',
        'JavaScript:alert(1)',
        'javascript://example.com/%0aalert(1)',
        'data:text/html,x',
        'vbscript:x',
        'file:///etc/passwd',
        'blob:https://example.com/x',
        'about:blank',
        'view-source:https://example.com/',
        'filesystem:https://example.com/x',
        'ftp://example.com/',
        'ws://example.com/',
        'wss://example.com/',
        'mailto:a@example.com',
        'tel:+1',
        'sms:+1',
        'chrome://settings',
        'ms-settings:privacy',
        'MS-Word:ofe',
      ].map((uri): [string, string, string] => ['scheme', uri, 'uri-forbidden-scheme']),
      ['empty fragment', 'https://example.com/cb#', 'uri-fragment'],
      ['fragment', 'https://example.com/cb#x', 'uri-fragment'],
      ['fragment of a private-use URI', 'com.example.app:/cb#', 'uri-fragment'],
      ['two fragments', 'https://example.com/#a#b', 'uri-fragment'],
      ['user', 'https://user@example.com/', 'uri-userinfo'],
      ['user and password', 'https://user:pw@example.com/', 'uri-userinfo'],
      ['empty user', 'https://@example.com/', 'uri-userinfo'],
      ['host in the user part', 'https://example.com@evil.example/', 'uri-userinfo'],
      ['user of a private-use URI', 'com.example.app://user@cb', 'uri-userinfo'],
      ['backslash', 'https://example.com\\@evil.example/'],
      ['backslashes instead of slashes', 'https:\\\\example.com\\cb'],
      ['tab', 'https://exa\tmple.com/'],
      ['line feed', 'https://example.com/\ncb'],
      ['carriage return', 'https://example.com/cb\r'],
      ['NUL', 'https://example.com/\0'],
      ['space', 'https://example.com/a b'],
      ['space in front', ' https://example.com/'],
      ['space behind', 'https://example.com/ '],
      ['non-ASCII host', 'https://bücher.example/'],
      ['non-ASCII path', 'https://example.com/ü'],
      ['ideographic full stop', 'https://example。com/'],
      ['zero-width space', 'https://example.com/\u200b'],
      ['lone surrogate', 'https://example.com/\ud800'],
      ['percent alone', 'https://example.com/%'],
      ['percent-encoding that is none', 'https://example.com/%zz'],
      ['percent-encoding cut off', 'https://example.com/%4'],
      ['percent-encoded host', 'https://%65xample.com/'],
      ['angle brackets', 'https://example.com/<x>'],
      ['quote', 'https://example.com/"x"'],
      ['braces', 'https://example.com/{x}'],
      ['pipe', 'https://example.com/a|b'],
      ['caret', 'https://example.com/^'],
      ['backtick', 'https://example.com/`'],
      ['brackets in the path', 'https://example.com/[x]'],
      ['no scheme', 'example.com/cb'],
      ['network-path reference', '//example.com/cb'],
      ['absolute path', '/cb'],
      ['scheme only', 'https:'],
      ['no slashes', 'https:example.com/cb', 'uri-host'],
      ['one slash', 'https:/example.com/cb', 'uri-host'],
      ['three slashes', 'https:///example.com/cb', 'uri-host'],
      ['no host', 'https://', 'uri-host'],
      ['no host, a port', 'https://:443/', 'uri-host'],
      ['no host, a query', 'https://?x=1', 'uri-host'],
      ['a dot as host', 'https://./', 'uri-host'],
      ['empty label', 'https://example..com/', 'uri-host'],
      ['dot in front', 'https://.example.com/', 'uri-host'],
      ['scheme with a digit in front', '1https://example.com/'],
      ['scheme with an underscore', 'my_app:/cb'],
      ['empty port', 'https://example.com:/', 'uri-port'],
      ['port 0', 'https://example.com:0/', 'uri-port'],
      ['port 65536', 'https://example.com:65536/', 'uri-port'],
      ['port 99999999999', 'https://example.com:99999999999/', 'uri-port'],
      ['port that is no number', 'https://example.com:http/'],
      ['negative port', 'https://example.com:-1/'],
      ['two ports', 'https://example.com:1:2/'],
      ['IPv6 without brackets', 'https://::1/'],
      ['IPv6 that is none', 'https://[1::2::3]/'],
      ['IPv6 without end', 'https://[::1/'],
      ['IPv6 with a zone', 'http://[fe80::1%25eth0]/'],
      ['IPvFuture', 'https://[v1.x]/'],
      ['asterisk for a label', 'https://*.example.com/'],
      ['asterisk in a label', 'https://a*.example.com/'],
      ['asterisk in the path', 'https://example.com/*', 'uri-wildcard'],
      ['asterisk in a private-use path', 'com.example.app:/*', 'uri-wildcard'],
      ['too long', `https://example.com/${'x'.repeat(2_029)}`, 'too-long'],
    ];
    test.each(
      never.flatMap(([claim, uri, rule]) =>
        (['web', 'native'] as const).map((kind) => [claim, kind, uri, rule] as const),
      ),
    )('%s, %s: %j', async (_claim, kind, uri, rule) => {
      const answer = await post(service, valid({ ...KINDS[kind], redirect_uris: [uri] }));
      expectRefusal(answer, { error: IRU, member: 'redirect_uris', ...(rule === undefined ? {} : { rule }) });
      expect(answer.text).not.toContain('evil');
    });
    test.each<[claim: string, value: unknown, rule: string]>([
      ['a string', 'https://example.com/', 'wrong-type'],
      ['an object', { 0: 'https://example.com/' }, 'wrong-type'],
      ['a number inside', [1], 'wrong-type'],
      ['an array inside', [['https://example.com/']], 'wrong-type'],
      ['null inside', [null], 'wrong-type'],
      ['an empty string inside', [''], 'empty-entry'],
      ['51 entries', Array(51).fill('https://example.com/'), 'too-many'],
      [
        'one bad among good',
        ['https://a.example/', 'http://b.example/', 'https://c.example/'],
        'redirect-uri-http-remote',
      ],
    ])('H46, S3 · %s', async (_claim, redirect_uris, rule) => {
      expectRefusal(await post(service, valid({ redirect_uris })), {
        error: IRU,
        member: 'redirect_uris',
        rule,
      });
    });
  });

  test('1.4.6, H40 · byte for byte, in order, repeated entries kept', async () => {
    const redirect_uris = [
      'https://B.example/%7euser?b=2&a=1',
      'https://a.example:443/../x',
      'https://B.example/%7euser?b=2&a=1',
      'HTTPS://a.example',
    ];
    expect((await register(service, { redirect_uris })).body['redirect_uris']).toEqual(redirect_uris);
  });
  test('S3 · fifty entries of the longest kind are accepted', async () => {
    const redirect_uris = Array.from(
      { length: 25 },
      (_, at) => `https://example.com/${String(at).padStart(2, '0')}${'x'.repeat(2_026)}`,
    );
    expect((await register(service, { redirect_uris })).body['redirect_uris']).toEqual(redirect_uris);
  });
});
