import type { ClientMetadata } from '../client-metadata.js';
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
