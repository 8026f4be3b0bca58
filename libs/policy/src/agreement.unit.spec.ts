import { SUPPORTED_LISTS, type SupportedList, validateClientMetadata } from '@rollbook/client-metadata';
import { authorizationServerMetadata, effectivePolicy, POLICY_MEMBERS } from '@rollbook/policy';
import { readFileSync } from 'node:fs';

/** Spec appendix B: a value that registration accepts and the metadata do not list, or the reverse, is a bug. */
type Document = Record<string, unknown>;
type Registration = Record<string, unknown>;

const CIBA = 'urn:openid:params:grant-type:ciba';
const KEYS = { jwks_uri: 'https://app.example/jwks' };
const listed = (document: Document, list: string) => (document[list] ?? []) as readonly string[];
const grantsOf = (responseType: string) => {
  const words = responseType.split(' ');
  if (words.includes('vp_token')) return [];
  return [
    ...(words.includes('code') ? ['authorization_code'] : []),
    ...(words.includes('token') || words.includes('id_token') ? ['implicit'] : []),
  ];
};

/** A client with whichever authentication there is, strongest first, and nothing else that could be refused. */
function someClient(document: Document): Registration {
  const methods = listed(document, 'token_endpoint_auth_methods_supported');
  const method = ['private_key_jwt', 'client_secret_basic', 'none'].find((each) => methods.includes(each));
  const responseType = listed(document, 'response_types_supported')[0] ?? 'none';
  return {
    ...KEYS,
    redirect_uris: ['https://app.example/callback'],
    token_endpoint_auth_method: method,
    response_types: [responseType],
    grant_types: grantsOf(responseType),
  };
}

const ciba = (document: Document): Registration => ({
  response_types: [],
  grant_types: [CIBA],
  backchannel_token_delivery_mode:
    listed(document, 'backchannel_token_delivery_modes_supported')[0] ?? 'poll',
  backchannel_client_notification_endpoint: 'https://app.example/notify',
});

/** What else a registration must say in order to use a value of a list. */
const USES: { [list in SupportedList]?: (value: string, document: Document) => Registration } = {
  grant_types_supported: (grant, document) => {
    if (grant === CIBA) return ciba(document);
    const types = listed(document, 'response_types_supported').filter((type) =>
      grantsOf(type).includes(grant),
    );
    if (types[0] !== undefined) return { response_types: [types[0]], grant_types: grantsOf(types[0]) };
    if (grant !== 'refresh_token') return { response_types: [], grant_types: [grant] };
    const { grant_types } = someClient(document) as { grant_types: string[] };
    return { grant_types: [...grant_types, grant] };
  },
  response_types_supported: (type) => ({ response_types: [type], grant_types: grantsOf(type) }),
  token_endpoint_auth_methods_supported: (method) => ({
    token_endpoint_auth_method: method,
    ...(method === 'tls_client_auth' && { tls_client_auth_subject_dn: 'CN=app.example' }),
  }),
  token_endpoint_auth_signing_alg_values_supported: (alg) => ({
    token_endpoint_auth_method: alg.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
  }),
  subject_types_supported: (type) => ({ subject_type: type }),
  backchannel_token_delivery_modes_supported: (mode, document) => ({
    ...ciba(document),
    backchannel_token_delivery_mode: mode,
  }),
  backchannel_authentication_request_signing_alg_values_supported: (alg, document) => ({
    ...ciba(document),
    backchannel_authentication_request_signing_alg: alg,
  }),
};

/** The fifteen lists of ID Token, UserInfo, request object, JARM and introspection follow one pattern. */
function algorithmUse(list: string, value: string, document: Document): Registration {
  const [, use = '', kind = ''] = /^(.*)_(signing_alg|encryption_alg|encryption_enc)_values/.exec(list) ?? [];
  const response = use === 'request_object' ? '' : 'response_';
  const signed = use === 'request_object' ? 'signing' : 'signed';
  const encrypted = use === 'request_object' ? 'encryption' : 'encrypted';
  if (kind === 'signing_alg') return { [`${use}_${signed}_${response}alg`]: value };
  if (kind === 'encryption_alg') return { [`${use}_${encrypted}_${response}alg`]: value };
  const alg = listed(document, `${use}_encryption_alg_values_supported`)[0] ?? 'RSA-OAEP';
  return { [`${use}_${encrypted}_${response}alg`]: alg, [`${use}_${encrypted}_${response}enc`]: value };
}

/** Every value that the software knows for a list, and some that it must never accept. */
function candidates(list: SupportedList): readonly string[] {
  const { items } = POLICY_MEMBERS[list].schema as { items: { enum?: string[]; pattern?: string } };
  const open =
    items.pattern === undefined ? [] : [...(/^\^\(\?:([^[]*)\|/.exec(items.pattern)?.[1]?.split('|') ?? [])];
  return [...(items.enum ?? open), 'none', 'RSA1_5', 'PBES2-HS256+A128KW', 'urn:example:unknown'];
}

const example = (name: string): unknown => JSON.parse(readFileSync(`examples/${name}`, 'utf8'));
describe.each<[name: string, file: unknown]>([
  ['no file', null],
  ['examples/policy.json', example('policy.json')],
  ['examples/policy-narrow.json', example('policy-narrow.json')],
  ['unsigned ID Tokens', { id_token_signing_alg_values_supported: ['RS256', 'none'] }],
  ['public clients only', { token_endpoint_auth_methods_supported: ['none'] }],
  ['secrets only', { token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_jwt'] }],
  [
    'no front channel',
    { grant_types_supported: ['authorization_code', 'client_credentials', 'urn:example:unknown'] },
  ],
  ['no browser', { grant_types_supported: ['client_credentials', 'password'] }],
  ['signed request objects', { require_signed_request_object: true }],
  [
    'no DPoP, no bound tokens, no logout',
    {
      dpop_signing_alg_values_supported: [],
      tls_client_certificate_bound_access_tokens: false,
      frontchannel_logout_supported: false,
      backchannel_logout_supported: false,
    },
  ],
])('spec appendix B · registration accepts exactly what the metadata list: %s', (_name, file) => {
  const policy = effectivePolicy({ file, profile: 'rfc7591' });
  const document = authorizationServerMetadata(policy, 'https://register.example');
  const accepts = (changes: Registration) =>
    validateClientMetadata(
      { ...someClient(document), ...changes },
      { policy: policy.metadata, operation: { kind: 'register' } },
    ).ok;

  test('the client that the cases vary is accepted', () => {
    expect(accepts({})).toBe(true);
  });

  test.each(SUPPORTED_LISTS.filter((list) => list !== 'dpop_signing_alg_values_supported'))('%s', (list) => {
    const accepted = candidates(list).filter((value) =>
      accepts(USES[list]?.(value, document) ?? algorithmUse(list, value, document)),
    );
    expect([...new Set(accepted)].toSorted()).toEqual([...listed(document, list)].toSorted());
  });

  test.each<[member: string, listedAs: string, changes: Registration]>([
    ['dpop_bound_access_tokens', 'dpop_signing_alg_values_supported', {}],
    ['tls_client_certificate_bound_access_tokens', 'tls_client_certificate_bound_access_tokens', {}],
    [
      'frontchannel_logout_uri',
      'frontchannel_logout_supported',
      { frontchannel_logout_uri: 'https://app.example/out' },
    ],
    [
      'backchannel_logout_uri',
      'backchannel_logout_supported',
      { backchannel_logout_uri: 'https://app.example/out' },
    ],
  ])('%s exactly with %s', (member, listedAs, changes) => {
    expect(accepts({ [member]: true, ...changes })).toBe(document[listedAs] !== undefined);
  });
});
