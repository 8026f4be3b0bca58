// Stands in for two functions of @rollbook/client-metadata until they have landed there; then this file goes.
import type { ClientMetadata, PersonalMetadata } from '@rollbook/client-metadata';

export function splitPersonal(metadata: ClientMetadata): {
  metadata: ClientMetadata;
  personal: PersonalMetadata | null;
} {
  const { contacts, ...rest } = metadata;
  return contacts === undefined ? { metadata, personal: null } : { metadata: rest, personal: { contacts } };
}

export function secretNeed(metadata: ClientMetadata): 'none' | 'digest' | 'key' {
  const method = metadata.token_endpoint_auth_method;
  if (method === 'client_secret_jwt' || metadata.id_token_signed_response_alg === 'HS256') return 'key';
  return method === 'none' || method === 'private_key_jwt' ? 'none' : 'digest';
}
