import { isPublicClient, secretNeed, splitPersonal, type ClientMetadata } from '@rollbook/client-metadata';

describe('1.4.3, H12 · which client needs a secret', () => {
  test.each<[string, ClientMetadata, 'none' | 'digest' | 'key']>([
    ['none', { token_endpoint_auth_method: 'none' }, 'none'],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }, 'digest'],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }, 'digest'],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }, 'key'],
    ['private_key_jwt', { token_endpoint_auth_method: 'private_key_jwt' }, 'none'],
    ['tls_client_auth', { token_endpoint_auth_method: 'tls_client_auth' }, 'none'],
    ['self_signed_tls_client_auth', { token_endpoint_auth_method: 'self_signed_tls_client_auth' }, 'none'],
    [
      'private_key_jwt and HS256 ID Tokens',
      { token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'HS256' },
      'key',
    ],
    [
      'client_secret_basic and dir',
      { token_endpoint_auth_method: 'client_secret_basic', userinfo_encrypted_response_alg: 'dir' },
      'key',
    ],
    [
      'tls_client_auth and encrypted request objects',
      { token_endpoint_auth_method: 'tls_client_auth', request_object_encryption_alg: 'A128KW' },
      'key',
    ],
    [
      'client_secret_basic and RS256',
      { token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'RS256' },
      'digest',
    ],
  ])('%s', (_claim, metadata, need) => {
    expect(secretNeed(metadata)).toBe(need);
    expect(isPublicClient(metadata)).toBe(metadata.token_endpoint_auth_method === 'none');
  });
});

describe('design §3 · personal data', () => {
  test('contacts and software_statement are taken out', () => {
    expect(splitPersonal({ client_name: 'a', contacts: ['b'], software_statement: 'c' })).toEqual({
      metadata: { client_name: 'a' },
      personal: { contacts: ['b'], software_statement: 'c' },
    });
  });

  test('a record without any has none', () => {
    expect(splitPersonal({ client_name: 'a' })).toEqual({ metadata: { client_name: 'a' }, personal: null });
  });
});
