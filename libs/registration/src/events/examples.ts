import type { ClientMetadata } from '@rollbook/client-metadata';
import type { SecretRecord } from '@rollbook/credentials';

/** Shared by the examples of the event types: one small web client. */
export const EXAMPLE_METADATA: ClientMetadata = {
  redirect_uris: ['https://client.example.org/callback'],
  client_name: 'Example Client',
  'client_name#fr': 'Client exemple',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code'],
  response_types: ['code'],
};

export const EXAMPLE_SECRET: SecretRecord = {
  secretId: 's-4rXpZk1B9uQ',
  digest: 'mZqT7pVb3oXcY1LrKf8hJdSwEn5uGiA2tRk0CvNyBxM',
  issuedAt: '2026-10-31T10:00:00.000Z',
  client_secret_expires_at: 0,
};

/** A secret that works as a key; the private key it was sealed for is gone. */
export const EXAMPLE_SEALED_SECRET: SecretRecord = {
  secretId: 'GBdLJxAXBJcxuRLf',
  digest: 'NLFDp0oI_TK9OH-ZGv3-dgeq04718N-WOEL2bZq8EEI',
  client_secret_jwe: {
    ciphertext:
      '49oBLR_rvHft7UZeYJVwA7hf2Rq09CI3MkgdRLaFcsowsul3s2KsaZQYeQHP7zwCxMmJuAHrF1R1SjCjfprehFP4OkGr9Fvxvhcsa1v-oI6-' +
      'yntzOzpASBWhrq24Sz0i_GXk7T_kR70EOjc4JyoZwCCy39_BCJ_d9ukcBGsqnTJZJmYQ2-pWswHqHyVrVuPEBM25I9NmsQ',
    iv: '2jpbvfAf5hYQXVmH',
    tag: 'x1wd0cv3eAsPADYm7UTb1Q',
    protected:
      'eyJlbmMiOiJBMjU2R0NNIiwiZXBrIjp7IngiOiIybWdqRjlRZTRmOXZNTlRVVnBDcFVhVmxjUWJuRkR1cWVWamNSVUlXZTlnIiwiY3J2Ijoi' +
      'UC0yNTYiLCJrdHkiOiJFQyIsInkiOiJkYkFYT3FSczE2eEh5ZUl6eDRIdWlQNHZwS0F2V0pJbHpLYjIzTjlnYUkwIn19',
    recipients: [
      {
        encrypted_key: 'dHHZsNjBOtThglR_3aTDc2-PMgmEqq1mgqi_z0EPn-Yzs-8V-sr1_A',
        header: { alg: 'ECDH-ES+A256KW', kid: 'lN_aL2vxJ-p2MP8Cxy8yc46u8ibYGJ2QvUHNgPA5Wyc' },
      },
    ],
  },
  issuedAt: '2026-10-31T10:00:00.000Z',
  client_secret_expires_at: 0,
};
