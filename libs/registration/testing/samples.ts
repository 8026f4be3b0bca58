import { createHash } from 'node:crypto';
import type { ClientMetadata } from '@rollbook/client-metadata';
import type { SecretRecord } from '@rollbook/credentials';
import type { RegisterClient } from '../src/index.js';

/** One client for every case: start from what is valid, change one thing, name the case for it. */
export const CLIENT = 'SJRTnSg4zLB9Rjw0F1BhVg';

export const tokenDigest = (name: string) => createHash('sha256').update(`token ${name}`).digest('base64url');

export function clientSecretRecord(secretId: string, change: Partial<SecretRecord> = {}): SecretRecord {
  return {
    secretId,
    digest: createHash('sha256').update(`secret ${secretId}`).digest('base64url'),
    issuedAt: '2026-11-01T00:00:00.000Z',
    client_secret_expires_at: 0,
    ...change,
  };
}

/** Sealed in shape only; what is inside is the credentials library's subject. */
export function sealedSecretRecord(secretId: string, change: Partial<SecretRecord> = {}): SecretRecord {
  const client_secret_jwe = { recipients: [{}], iv: 'aXY', ciphertext: 'Y2lwaGVy', tag: 'dGFn' };
  return clientSecretRecord(secretId, { client_secret_jwe, ...change });
}

/** A whole, normalised record; `undefined` removes a member. */
export function metadataOf(change: ClientMetadata = {}): ClientMetadata {
  const whole = {
    redirect_uris: ['https://client.example.org/callback'],
    client_name: 'Example',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    ...change,
  };
  return Object.fromEntries(
    Object.entries(whole).filter(([, value]) => value !== undefined),
  ) as ClientMetadata;
}

/** The command that registers {@link CLIENT}, with secret `s1` and token `t1`. */
export function register(change: Partial<RegisterClient> = {}): RegisterClient {
  return {
    type: 'RegisterClient',
    now: '2026-11-01T00:00:00.000Z',
    origin: {},
    client_id: CLIENT,
    metadata: metadataOf(),
    registrationAccessTokenDigest: tokenDigest('t1'),
    secret: clientSecretRecord('s1'),
    ...change,
  };
}
