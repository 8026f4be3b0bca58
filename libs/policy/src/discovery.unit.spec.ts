import { POLICY_FLAGS, SUPPORTED_LISTS } from '@rollbook/client-metadata';
import {
  authorizationServerMetadata,
  effectivePolicy,
  openidConfiguration,
  POLICY_MEMBERS,
  POLICY_SCHEMA,
} from '@rollbook/policy';
import {
  OAuthMetadataSchema,
  OpenIdProviderDiscoveryMetadataSchema,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import * as oauth4webapi from 'oauth4webapi';
import * as openidClient from 'openid-client';

const PUBLIC_URL = 'https://register.example.com';
const policyOf = (file: unknown) => effectivePolicy({ file, profile: 'rfc7591' });
const documentOf = (file: unknown) => authorizationServerMetadata(policyOf(file), PUBLIC_URL);

test('spec appendix B · the rows that bound registration are the lists and flags that validation reads', () => {
  const rows = Object.entries(POLICY_MEMBERS).filter(([, row]) => row.from === 'bounds');
  expect(rows.map(([name]) => name).toSorted()).toEqual([...SUPPORTED_LISTS, ...POLICY_FLAGS].toSorted());
});

describe('RFC 8414 §2 · without a policy file', () => {
  const document = documentOf(null);

  test('issuer is the public URL, and registration is ours', () => {
    expect(document).toMatchObject({
      issuer: PUBLIC_URL,
      registration_endpoint: `${PUBLIC_URL}/connect/register`,
    });
  });

  test('spec appendix B · every list that validation reads is published as it is', () => {
    expect(document).toMatchObject(policyOf(null).metadata.supported);
  });

  test('design §6 · what belongs to endpoints that are not configured is absent', () => {
    const names = Object.keys(document);
    expect(names.filter((name) => name.endsWith('_endpoint'))).toEqual(['registration_endpoint']);
    expect(names.filter((name) => /^(?:revocation|introspection)_endpoint_|_uri$/.test(name))).toEqual([]);
    expect(document).not.toHaveProperty('scopes_supported');
    expect(document).not.toHaveProperty('authorization_response_iss_parameter_supported');
    expect(document).not.toHaveProperty('require_pushed_authorization_requests');
  });

  test('OIDC Discovery §3 · REQUIRED lists are there, with RS256 among the ID Token algorithms', () => {
    expect(document).toMatchObject({
      response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']),
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    });
  });
});

test.each<[claim: string, file: object, member: string, value: unknown]>([
  ['MCP · S256 is always there', {}, 'code_challenge_methods_supported', ['S256']],
  [
    'RFC 8414 §2 · the issuer of the policy',
    { issuer: 'https://as.example' },
    'issuer',
    'https://as.example',
  ],
  ['RFC 8414 §2 · a limit on scopes', { scopes_supported: ['openid'] }, 'scopes_supported', ['openid']],
  [
    'RFC 9396 §10 · a limit on types',
    { authorization_details_types_supported: ['t'] },
    'authorization_details_types_supported',
    ['t'],
  ],
  [
    'RFC 9449 §5.1 · DPoP as registration accepts it',
    { dpop_signing_alg_values_supported: ['ES256'] },
    'dpop_signing_alg_values_supported',
    ['ES256'],
  ],
  [
    'RFC 8414 §3.2 · an empty list is absent',
    { dpop_signing_alg_values_supported: [] },
    'dpop_signing_alg_values_supported',
    undefined,
  ],
  [
    'RFC 8705 §3.3 · bound tokens switched off',
    { tls_client_certificate_bound_access_tokens: false },
    'tls_client_certificate_bound_access_tokens',
    undefined,
  ],
  [
    'RFC 9126 §5 · PAR for everybody',
    { require_pushed_authorization_requests: true },
    'require_pushed_authorization_requests',
    true,
  ],
  [
    'OIDC Discovery §3 · a stated false is said, where absence means true',
    { request_uri_parameter_supported: false },
    'request_uri_parameter_supported',
    false,
  ],
  [
    'RFC 8414 §2 · one method for all endpoints',
    { revocation_endpoint: 'https://as.example/r', token_endpoint_auth_methods_supported: ['none'] },
    'revocation_endpoint_auth_methods_supported',
    ['none'],
  ],
  [
    'RFC 8414 §2 · unless the file says otherwise',
    {
      revocation_endpoint: 'https://as.example/r',
      revocation_endpoint_auth_methods_supported: ['client_secret_post'],
    },
    'revocation_endpoint_auth_methods_supported',
    ['client_secret_post'],
  ],
])('%s', (_claim, file, member, value) => {
  expect(documentOf(file)[member]).toEqual(value);
});

test('spec 1.4.5 · a final slash of the public URL is not doubled, a path is kept', () => {
  const document = authorizationServerMetadata(policyOf(null), 'https://host.example/base/');
  expect(document).toMatchObject({
    issuer: 'https://host.example/base',
    registration_endpoint: 'https://host.example/base/connect/register',
  });
});

describe.each(['examples/policy.json', 'examples/policy-narrow.json'])('%s', (path) => {
  const file: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const policy = policyOf(file);
  const oauth = authorizationServerMetadata(policy, PUBLIC_URL);
  const openid = openidConfiguration(policy, PUBLIC_URL);
  const issuer = new URL(policy.issuer ?? PUBLIC_URL);

  test('is what the published schema describes', () => {
    const valid = new Ajv2020({ strict: true, allErrors: true }).compile(POLICY_SCHEMA);
    valid(file);
    expect(valid.errors ?? []).toEqual([]);
  });

  test('publishes everything that it says of the authorization server', () => {
    expect(oauth).toMatchObject(policy.authorizationServer);
  });

  test('the MCP SDK reads both documents', () => {
    expect(OAuthMetadataSchema.safeParse(oauth)).toMatchObject({ success: true });
    expect(OpenIdProviderDiscoveryMetadataSchema.safeParse(openid)).toMatchObject({ success: true });
  });

  test.each(['oauth2', 'oidc'] as const)(
    'oauth4webapi and openid-client discover it (%s)',
    async (algorithm) => {
      const answer = async () => Response.json(algorithm === 'oauth2' ? oauth : openid);
      const response = await oauth4webapi.discoveryRequest(issuer, {
        algorithm,
        [oauth4webapi.customFetch]: answer,
      });
      expect(await oauth4webapi.processDiscoveryResponse(issuer, response)).toEqual(oauth);

      const configuration = await openidClient.discovery(issuer, 'client', undefined, undefined, {
        algorithm,
        [openidClient.customFetch]: answer,
      });
      expect(configuration.serverMetadata()).toMatchObject({
        registration_endpoint: `${PUBLIC_URL}/connect/register`,
        token_endpoint: 'https://as.example.com/token',
      });
      expect(configuration.serverMetadata().supportsPKCE()).toBe(true);
    },
  );
});
