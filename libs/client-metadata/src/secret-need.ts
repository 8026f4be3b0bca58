import type { ClientMetadata, RecordMember } from './members.js';
import { isSymmetricEncryption, isSymmetricSignature } from './predicates/key-algorithms.js';

/** Members that name the algorithm of a signature made or checked with a key that client and server may share. */
export const SIGNING_ALGS = [
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'request_object_signing_alg',
  'nfv_token_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
] as const satisfies readonly RecordMember[];

/** Members that name the key management algorithm of what the server encrypts for the client. */
export const RESPONSE_ENCRYPTION_ALGS = [
  'id_token_encrypted_response_alg',
  'userinfo_encrypted_response_alg',
  'nfv_token_encrypted_response_alg',
  'introspection_encrypted_response_alg',
  'authorization_encrypted_response_alg',
] as const satisfies readonly RecordMember[];

/** The same, and what the client encrypts for the server. */
export const ENCRYPTION_ALGS = [
  ...RESPONSE_ENCRYPTION_ALGS,
  'request_object_encryption_alg',
] as const satisfies readonly RecordMember[];

/** Whether a client authenticates nowhere (RFC 6749 §2.1, spec 4.2). */
export function isPublicClient(metadata: ClientMetadata): boolean {
  return metadata.token_endpoint_auth_method === 'none';
}

/**
 * Whether a client needs a `client_secret` (1.4.3, H12), and what for: `digest` when the secret is only ever presented,
 * `key` when it works as a key (client_secret_jwt, HS*, symmetric encryption) and a digest of it would not do.
 */
export function secretNeed(metadata: ClientMetadata): 'none' | 'digest' | 'key' {
  const method = metadata.token_endpoint_auth_method;
  if (method === 'none') return 'none';
  if (
    method === 'client_secret_jwt' ||
    SIGNING_ALGS.some((member) => isSymmetricSignature(metadata[member])) ||
    ENCRYPTION_ALGS.some((member) => isSymmetricEncryption(metadata[member]))
  ) {
    return 'key';
  }
  return method === 'client_secret_basic' || method === 'client_secret_post' ? 'digest' : 'none';
}
