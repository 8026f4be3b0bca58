import { everySystem, type RunningSystem } from '../../support/systems.js';
import {
  ask,
  expectErrorShape,
  type Json,
  expectNoEmptyMember,
  expectRefusal,
  post,
  valid,
  VALID,
} from './ask.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const text = JSON.stringify(VALID);
  const ICM = 'invalid_client_metadata';
  const nested = (depth: number) => `${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`;
  const withMember = (json: string) => `${text.slice(0, -1)},${json}}`;
  /** The valid registration in exactly so many octets. */
  const ofSize = (octets: number) =>
    `${text.slice(0, -1)},"x":"${'x'.repeat(octets - text.length - 7)}"}`.padEnd(octets);

  test.each<[claim: string, contentType: string]>([
    ['RFC 7591 §3.1 · application/json', 'application/json'],
    ['spec 1.1.5 · charset parameter', 'application/json; charset=utf-8'],
    ['spec 1.1.5 · charset of any name is irrelevant', 'application/json;charset=ISO-8859-1'],
    ['spec 1.1.5 · unknown parameters', 'application/json; profile="x;y"; v=1'],
    ['RFC 9110 §8.3.1 · type names are case-insensitive', 'Application/JSON'],
    ['RFC 9110 §5.6.6 · white space before the parameters', 'application/json ; charset=utf-8'],
  ])('%s is accepted', async (_claim, contentType) => {
    expect((await post(service, text, { 'content-type': contentType })).status).toBe(201);
  });

  test.each<[claim: string, contentType: string | null]>([
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['text', 'text/plain'],
    ['text/json', 'text/json'],
    ['JSON as suffix', 'application/jose+json'],
    ['a longer name', 'application/jsonx'],
    ['a JWT', 'application/jwt'],
    ['two types', 'application/json, text/plain'],
    ['no type name at all', ';charset=utf-8'],
    ['nonsense', 'nonsense'],
    ['an empty type', ''],
    ['a missing type', null],
  ])('H1 · %s is 415 with our body', async (_claim, contentType) => {
    const headers: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
    const response = await fetch(`${service.url}/connect/register`, {
      method: 'POST',
      headers,
      body: Buffer.from(text),
    });
    const { status } = response;
    const sent = await response.text();
    const answer = { status, headers: response.headers, text: sent, body: JSON.parse(sent) as Json };
    expectRefusal(answer, { status: 415, error: ICM });
  });

  test('H1 · no body and no type is 415', async () => {
    expectRefusal(await ask(`${service.url}/connect/register`, { method: 'POST' }), {
      status: 415,
      error: ICM,
    });
  });

  test('RFC 9110 §8.4 · a content encoding is 415', async () => {
    const answer = await post(service, text, { 'content-encoding': 'gzip' });
    expectRefusal(answer, { status: 415, error: ICM, rule: 'content-encoding' });
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    expect((await post(service, text, { 'content-encoding': 'identity' })).status).toBe(201);
  });

  test('RFC 9110 §12.5.3 · a media type is not told as a content encoding', async () => {
    const answer = await post(service, text, { 'content-type': 'text/plain' });
    expectRefusal(answer, { status: 415, error: ICM, rule: 'media-type' });
    expect(answer.headers.has('accept-encoding')).toBe(false);
  });

  test.each<[claim: string, body: string | Buffer, rule: string]>([
    ['spec 1.1.6 · empty', '', 'json-syntax'],
    ['spec 1.1.6 · white space only', ' \n\t ', 'json-syntax'],
    ['spec 1.1.6 · array', '[]', 'json-object'],
    ['spec 1.1.6 · array of objects', `[${text}]`, 'json-object'],
    ['spec 1.1.6 · string', '"client_name"', 'json-object'],
    ['spec 1.1.6 · number', '42', 'json-object'],
    ['spec 1.1.6 · null', 'null', 'json-object'],
    ['spec 1.1.6 · true', 'true', 'json-object'],
    ['spec 1.1.6 · cut off', text.slice(0, -1), 'json-syntax'],
    ['spec 1.1.6 · two values', `${text}${text}`, 'json-syntax'],
    ['spec 1.1.6 · something after the value', `${text}x`, 'json-syntax'],
    ['RFC 8259 §2 · trailing comma', `${text.slice(0, -1)},}`, 'json-syntax'],
    ['RFC 8259 §7 · single quotes', "{'client_name':'x'}", 'json-syntax'],
    ['RFC 8259 §4 · names without quotes', '{client_name:"x"}', 'json-syntax'],
    ['RFC 8259 §2 · comment', `/* x */${text}`, 'json-syntax'],
    ['RFC 8259 §6 · NaN', '{"default_max_age":NaN}', 'json-syntax'],
    ['RFC 8259 §6 · leading zero', '{"default_max_age":01}', 'json-syntax'],
    ['RFC 8259 §7 · control character in a string', '{"client_name":"a\u0001b"}', 'json-syntax'],
    ['RFC 8259 §7 · unknown escape', String.raw`{"client_name":"\x41"}`, 'json-syntax'],
    ['RFC 8259 §7 · string without end', '{"client_name":"a', 'json-syntax'],
    ['RFC 8259 §2 · white space that is none', `\u00a0${text}`, 'json-syntax'],
    ['a form body', 'client_name=x', 'json-syntax'],
    ['spec 1.1.6 · byte order mark', `\ufeff${text}`, 'json-utf8'],
    ['spec 1.1.6 · UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), 'json-utf8'],
    ['spec 1.1.6 · Latin-1', Buffer.from('{"client_name":"caf\u00e9"}', 'latin1'), 'json-utf8'],
    ['RFC 3629 §3 · overlong sequence', Buffer.from('7b2278223a22c0af227d', 'hex'), 'json-utf8'],
    ['RFC 3629 §3 · encoded surrogate', Buffer.from('7b2278223a22eda080227d', 'hex'), 'json-utf8'],
    ['RFC 3629 §3 · cut sequence', Buffer.from('7b2278223a22e282227d', 'hex'), 'json-utf8'],
    ['H3 · twice the same name', withMember('"scope":"openid"'), 'json-duplicate-names'],
    ['H3 · the same name, escaped', withMember(String.raw`"\u0073cope":"openid"`), 'json-duplicate-names'],
    ['H3 · the same name and value', withMember('"scope":"openid profile email"'), 'json-duplicate-names'],
    ['H3 · an unknown name', withMember('"x":1,"x":1'), 'json-duplicate-names'],
    ['H3 · the empty name', withMember('"":1,"":2'), 'json-duplicate-names'],
    ['H3 · an object inside', withMember('"x":{"a":[{"b":1,"b":2}]}'), 'json-duplicate-names'],
    ['H3 · a name of the prototype', withMember('"__proto__":1,"__proto__":2'), 'json-duplicate-names'],
    ['H3 · escaped surrogate pair', withMember(String.raw`"😀":1,"\ud83d\ude00":2`), 'json-duplicate-names'],
    ['H3 · white space before the colon', withMember('"a" \n: 1, "a"\t:2'), 'json-duplicate-names'],
    ['S3 · nested 33 deep', withMember(`"x":${nested(33)}`), 'json-depth'],
    ['S3 · nested 60,000 deep', '['.repeat(60_000), 'json-depth'],
    ['S3 · objects nested 10,000 deep', '{"a":'.repeat(10_000), 'json-depth'],
  ])('H2 · a body is refused: %s', async (_claim, body, rule) => {
    expectRefusal(await post(service, body), { error: ICM, rule });
  });

  test.each<[claim: string, body: string]>([
    [
      'H3 · equal names in different objects are no duplicates',
      withMember('"x":{"scope":1},"y":[{"scope":2},{"scope":3}]'),
    ],
    ['H3 · strings that look like names are none', withMember('"x":["scope","scope"],"y":"\\"scope\\":"')],
    ['1.1.8 · names are case-sensitive', withMember('"SCOPE":"x","Scope":"y"')],
    [
      '1.1.11 · no normalisation: composed and decomposed differ',
      withMember(String.raw`"\u00e9":1,"e\u0301":2`),
    ],
    ['S3 · nested 32 deep', withMember(`"x":${nested(32)}`)],
    ['S3 · brackets in strings do not nest', withMember(`"x":"${'['.repeat(100)}"`)],
    [
      'S15 · a number too big for a double',
      withMember('"x":1e400,"y":-1e400,"z":123456789012345678901234567890'),
    ],
    ['S15 · a lone surrogate in an unknown member', withMember(String.raw`"x":"\ud800"`)],
    ['RFC 8259 §2 · white space around everything', ` \r\n\t${JSON.stringify(VALID, null, 4)}\n`],
    [
      'RFC 8259 §7 · escapes',
      text.replace('client_name', String.raw`client\u005fname`).replaceAll('/', String.raw`\/`),
    ],
  ])('%s', async (_claim, body) => {
    const answer = await post(service, body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(VALID);
  });

  test.each([
    ['__proto__', '{"scope":"admin","token_endpoint_auth_method":"none"}'],
    ['constructor', '{"prototype":{"scope":"admin"}}'],
    ['prototype', '1'],
    ['toString', '"x"'],
    ['hasOwnProperty', 'null'],
    ['Client_Name', '"x"'],
    ['redirect_uris#fr', '["https://example.com/"]'],
    ['client_name#', '"x"'],
    ['client_name#not a tag', '"x"'],
    ['#fr', '"x"'],
    ['', '"x"'],
    ['display_name', '"x"'],
    ['webhook_uris', '["https://example.com/hook"]'],
    ['revocation_endpoint_auth_method', '"none"'],
    ['require_pkce', 'true'],
    ['software_statement', '"a.b.c"'],
  ])('H4 · the unknown member %j is neither stored nor echoed', async (name, json) => {
    const answer = await post(service, withMember(`${JSON.stringify(name)}:${json}`));
    expect(answer.status).toBe(201);
    expect(Object.hasOwn(answer.body, name)).toBe(false);
    expect(answer.body).toMatchObject(VALID);
    expect(answer.text).not.toContain('admin');
    expect(Object.keys(answer.body)).toHaveLength(12);
  });

  test.each([
    ['client_id', 'mine'],
    ['client_secret', 'mine-mine-mine-mine'],
    ['client_id_issued_at', 1],
    ['client_secret_expires_at', 1],
    ['registration_access_token', 'mine'],
    ['registration_client_uri', 'https://evil.example/'],
    ['client_id', { not: 'a string' }],
    ['client_secret', 5],
  ])('H5 · %s is ignored in a registration', async (name, value) => {
    const answer = await post(service, valid({ [name]: value }));
    expect(answer.status).toBe(201);
    expect(answer.body[name]).toBeDefined();
    expect(answer.body[name]).not.toEqual(value);
  });

  test('H5 · a public client that sends a client_secret gets none', async () => {
    const answer = await post(service, valid({ token_endpoint_auth_method: 'none', client_secret: 'mine' }));
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('client_secret');
    expect(answer.body).not.toHaveProperty('client_secret_expires_at');
  });

  describe('S3 · 64 KiB', () => {
    const LIMIT = 65_536;
    test('a body of exactly the limit is accepted', async () => {
      const body = ofSize(LIMIT);
      expect(Buffer.byteLength(body)).toBe(LIMIT);
      expect((await post(service, body)).status).toBe(201);
    });
    test('one octet more is 413', async () => {
      expectRefusal(await post(service, ofSize(LIMIT + 1)), { status: 413, error: ICM });
    });
    test('far more is 413, and soon', async () => {
      const before = performance.now();
      // One process by itself: behind an address that knows octets only, a reset can overtake the answer.
      const [url = ''] = service.processes;
      expectRefusal(await post({ url }, ofSize(3_000_000)), { status: 413, error: ICM });
      expect(performance.now() - before).toBeLessThan(2_000);
    });
  });

  test('RFC 7591 §3.1 · the smallest registration is one redirect URI', async () => {
    const { status, body } = await post(service, { redirect_uris: ['https://example.com/cb'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      redirect_uris: ['https://example.com/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
    });
    expect(Object.keys(body)).toHaveLength(10);
  });

  test('RFC 7591 §3.1 · an empty object lacks redirect_uris', async () => {
    expectRefusal(await post(service, {}), {
      error: 'invalid_redirect_uri',
      member: 'redirect_uris',
      rule: 'redirect-uris-required',
    });
  });

  test('RFC 7591 §3.1 · the example request is accepted, the members it may ignore aside', async () => {
    const { status, body } = await post(service, {
      redirect_uris: ['https://client.example.org/callback', 'https://client.example.org/callback2'],
      client_name: 'My Example Client',
      'client_name#ja-Jpan-JP': '\u30AF\u30E9\u30A4\u30A2\u30F3\u30C8\u540D',
      token_endpoint_auth_method: 'client_secret_basic',
      logo_uri: 'https://client.example.org/logo.png',
      jwks_uri: 'https://client.example.org/my_public_keys.jwks',
      example_extension_parameter: 'example_value',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ 'client_name#ja-Jpan-JP': 'クライアント名' });
    expect(body).not.toHaveProperty('example_extension_parameter');
  });

  test('DCR §3.1 · the example request is accepted where the sector document can be fetched; here it says why not', async () => {
    const answer = await post(service, {
      application_type: 'web',
      redirect_uris: ['https://client.example.org/callback', 'https://client.example.org/callback2'],
      client_name: 'My Example',
      'client_name#ja-Jpan-JP': 'クライアント名',
      logo_uri: 'https://client.example.org/logo.png',
      subject_type: 'pairwise',
      sector_identifier_uri: 'https://localhost:1/file_of_redirect_uris.json',
      token_endpoint_auth_method: 'client_secret_basic',
      jwks_uri: 'https://client.example.org/my_public_keys.jwks',
      userinfo_encrypted_response_alg: 'RSA-OAEP-256',
      userinfo_encrypted_response_enc: 'A128CBC-HS256',
      contacts: ['ve7jtb@example.org', 'mary@example.org'],
      request_uris: ['https://client.example.org/rf.txt#qpXaRLh_n93TTR9F252ValdatUQvQiJi5BDub2BeznA'],
    });
    expectRefusal(answer, { error: ICM, member: 'sector_identifier_uri', rule: 'sector-document-fetched' });
  });

  describe('1.2 · null, empty, omitted', () => {
    const members = [
      'client_name',
      'client_uri',
      'logo_uri',
      'scope',
      'contacts',
      'tos_uri',
      'policy_uri',
      'jwks_uri',
      'jwks',
      'software_id',
      'software_version',
      'application_type',
      'sector_identifier_uri',
      'subject_type',
      'id_token_signed_response_alg',
      'id_token_encrypted_response_alg',
      'id_token_encrypted_response_enc',
      'token_endpoint_auth_signing_alg',
      'default_max_age',
      'require_auth_time',
      'default_acr_values',
      'initiate_login_uri',
      'request_uris',
      'tls_client_certificate_bound_access_tokens',
      'tls_client_auth_subject_dn',
      'frontchannel_logout_uri',
      'post_logout_redirect_uris',
      'dpop_bound_access_tokens',
      'keywords',
      'vp_formats_supported',
      'client_name#fr',
      'software_statement',
      'token_endpoint_auth_methods_supported',
    ];
    test.each(members)('H6 · null is omitted: %s', async (member) => {
      const { status, body } = await post(service, valid({ [member]: null }));
      expect(status).toBe(201);
      if (!(member in VALID)) expect(body).not.toHaveProperty([member]);
      expectNoEmptyMember(body);
    });

    test.each([
      ['token_endpoint_auth_method', 'client_secret_basic'],
      ['grant_types', ['authorization_code']],
      ['response_types', ['code']],
    ])('H6 · null falls back to the default: %s', async (member, fallback) => {
      const { status, body } = await post(service, {
        redirect_uris: ['https://example.com/cb'],
        [member]: null,
      });
      expect(status).toBe(201);
      expect(body[member]).toEqual(fallback);
    });

    test.each([
      'client_name',
      'client_uri',
      'logo_uri',
      'scope',
      'tos_uri',
      'policy_uri',
      'jwks_uri',
      'software_id',
      'software_version',
      'sector_identifier_uri',
      'initiate_login_uri',
      'frontchannel_logout_uri',
      'backchannel_logout_uri',
      'tls_client_auth_subject_dn',
      'tls_client_auth_san_ip',
      'organization_name',
      'description',
      'client_name#fr',
      'logo_uri#de-AT',
      'credential_offer_endpoint',
    ])('H7 · an empty string is omitted: %s', async (member) => {
      const { status, body } = await post(service, valid({ [member]: '' }));
      expect(status).toBe(201);
      expect(body).not.toHaveProperty([member]);
      expectNoEmptyMember(body);
    });

    test.each([
      'token_endpoint_auth_method',
      'application_type',
      'subject_type',
      'id_token_signed_response_alg',
      'id_token_encrypted_response_alg',
      'userinfo_signed_response_alg',
      'request_object_signing_alg',
      'token_endpoint_auth_signing_alg',
      'backchannel_token_delivery_mode',
      'authorization_signed_response_alg',
    ])('H7 · an empty string for the enumerated %s is refused', async (member) => {
      expectRefusal(await post(service, valid({ [member]: '' })), {
        error: ICM,
        member,
        rule: 'unsupported-value',
      });
    });

    test.each([
      ['redirect_uris', 'invalid_redirect_uri'],
      ['grant_types', ICM],
      ['response_types', ICM],
      ['contacts', ICM],
      ['request_uris', ICM],
      ['default_acr_values', ICM],
      ['post_logout_redirect_uris', ICM],
      ['keywords', ICM],
      ['keywords#fr', ICM],
    ])('H46 · an empty string inside %s is refused', async (member, error) => {
      const answer = await post(service, valid({ [member]: [''] }));
      expectRefusal(answer, { error, member, rule: 'empty-entry' });
    });

    test.each<[claim: string, changes: Record<string, unknown>, expected: Record<string, unknown>]>([
      [
        'grant_types and response_types: no flow',
        { grant_types: [], response_types: [], redirect_uris: undefined },
        { grant_types: [], response_types: [] },
      ],
      [
        'redirect_uris without response types',
        { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
        { redirect_uris: [] },
      ],
      ['request_uris', { request_uris: [] }, { request_uris: [] }],
      ['default_acr_values', { default_acr_values: [] }, { default_acr_values: [] }],
    ])('H8 · an empty array is a value: %s', async (_claim, changes, expected) => {
      const { status, body } = await post(service, valid(changes));
      expect(status).toBe(201);
      expect(body).toMatchObject(expected);
    });

    test('H8 · empty contacts are stored as omitted', async () => {
      const { status, body } = await post(service, valid({ contacts: [] }));
      expect(status).toBe(201);
      expect(body).not.toHaveProperty('contacts');
    });

    test('H8 · empty redirect_uris with a response type are refused', async () => {
      expectRefusal(await post(service, valid({ redirect_uris: [] })), {
        error: 'invalid_redirect_uri',
        member: 'redirect_uris',
        rule: 'redirect-uris-required',
      });
    });

    test.each([
      ['default_max_age', 0],
      ['require_auth_time', false],
      ['dpop_bound_access_tokens', false],
      ['application_type', 'web'],
      ['id_token_signed_response_alg', 'RS256'],
      ['backchannel_logout_session_required', false],
    ])(
      '1.2.4, 1.2.6 · a value that is sent is stored, also when falsy or the default: %s',
      async (member, value) => {
        const { status, body } = await post(service, valid({ [member]: value }));
        expect(status).toBe(201);
        expect(body[member]).toBe(value);
      },
    );

    test.each([
      ['application_type'],
      ['id_token_signed_response_alg'],
      ['require_auth_time'],
      ['subject_type'],
      ['dpop_bound_access_tokens'],
      ['introspection_signed_response_alg'],
      ['authorization_signed_response_alg'],
    ])('H44 · an assumed default is not echoed: %s', async (member) => {
      expect((await post(service, VALID)).body).not.toHaveProperty(member);
    });

    test.each<[claim: string, sent: Record<string, unknown>, stored: Record<string, unknown>]>([
      ['H9 · client_credentials alone', { grant_types: ['client_credentials'] }, { response_types: [] }],
      [
        'H9 · device code alone',
        { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] },
        { response_types: [] },
      ],
      ['H9 · no grants', { grant_types: [] }, { response_types: [] }],
      [
        'H9 · id_token token',
        { response_types: ['id_token token'], redirect_uris: ['https://a.example/'] },
        { grant_types: ['implicit'] },
      ],
      [
        'H9 · code id_token',
        { response_types: ['code id_token'], redirect_uris: ['https://a.example/'] },
        { grant_types: ['authorization_code', 'implicit'] },
      ],
      ['H9 · none', { response_types: ['none'], redirect_uris: ['https://a.example/'] }, { grant_types: [] }],
      ['H9 · no response types', { response_types: [] }, { grant_types: [] }],
    ])('%s', async (_claim, sent, stored) => {
      const { status, body } = await post(service, sent);
      expect(status).toBe(201);
      expect(body).toMatchObject(stored);
    });
  });

  describe('1.3 · language tags', () => {
    test.each([
      'client_name',
      'client_uri',
      'logo_uri',
      'tos_uri',
      'policy_uri',
      'organization_name',
      'description',
      'keywords',
      'information_uri',
      'organization_uri',
    ])('RFC 7591 §2.2 · %s may be tagged, and the spelling is echoed', async (member) => {
      const value =
        member === 'keywords' ? ['mot'] : member.endsWith('_uri') ? 'https://example.com/fr' : 'Nom';
      const changes = {
        [`${member}#fr`]: value,
        [`${member}#zh-Hant-TW`]: value,
        [`${member}#DE-at`]: value,
      };
      const { status, body } = await post(service, valid(changes));
      expect(status).toBe(201);
      expect(body).toMatchObject(changes);
    });
    test('H11 · tags that differ only in case are refused', async () => {
      expectRefusal(await post(service, valid({ 'client_name#fr': 'a', 'client_name#FR': 'b' })), {
        error: ICM,
        rule: 'language-tags-distinct',
      });
    });
    test.each([
      ['logo_uri#fr', 'javascript:alert(1)'],
      ['client_uri#fr', 'ftp://example.com/'],
      ['client_name#fr', 'a\u202eb'],
      ['client_name#fr', 'x'.repeat(257)],
      ['client_name#fr', 7],
      ['tos_uri#x-klingon', 'data:text/html,x'],
    ])('1.3.3 · a tagged value obeys the rules of the untagged one: %s %j', async (member, value) => {
      expectRefusal(await post(service, valid({ [member]: value })), { error: ICM, member });
    });
    test.each(['i-klingon', 'x-private', 'de-CH-1996', 'en-a-bbb-x-a-ccc', 'sr-Latn-RS', 'es-419'])(
      'BCP 47 · %s is a tag',
      async (tag) => {
        expect((await post(service, valid({ [`client_name#${tag}`]: 'a' }))).body).toHaveProperty([
          `client_name#${tag}`,
        ]);
      },
    );
    test.each(['', 'a', 'en_US', 'en-', '-en', 'en--US', 'en#fr', 'é', 'abcdefghi'])(
      '1.3.5 · %j is no tag, so the member is unknown',
      async (tag) => {
        const { status, body } = await post(service, valid({ [`client_name#${tag}`]: 'a' }));
        expect(status).toBe(201);
        expect(body).not.toHaveProperty([`client_name#${tag}`]);
      },
    );
  });

  test('S15 · hostile shapes for every registered member are 4xx, never 5xx', async () => {
    const values = [
      0,
      -1,
      Infinity,
      1.5,
      '',
      'x',
      '\ud800',
      [],
      [[]],
      [null],
      {},
      { a: null },
      true,
      [{}],
      ['\u0000'],
    ];
    for (const member of [
      'redirect_uris',
      'grant_types',
      'response_types',
      'jwks',
      'scope',
      'contacts',
      'client_name',
      'vp_formats_supported',
      'default_max_age',
      'keywords',
    ]) {
      for (const value of values) {
        const answer = await post(
          service,
          `${JSON.stringify(valid({ [member]: undefined })).slice(0, -1)},${JSON.stringify(member)}:${value === Infinity ? '1e400' : JSON.stringify(value)}}`,
        );
        expect({ member, value, status: answer.status < 500 }).toEqual({ member, value, status: true });
        if (answer.status !== 201) expectErrorShape(answer);
        else expectNoEmptyMember(answer.body);
      }
    }
  });
});
