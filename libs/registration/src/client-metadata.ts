// Stands in for @rollbook/client-metadata until that library has landed its types; then this file goes.
export type ClientMetadata = { readonly [member: string]: unknown };
export type PersonalMetadata = { contacts?: string[]; software_statement?: string };

export function splitPersonal(metadata: ClientMetadata): {
  metadata: ClientMetadata;
  personal: PersonalMetadata | null;
} {
  const { contacts, software_statement, ...rest } = metadata;
  const personal: PersonalMetadata = {};
  if (Array.isArray(contacts)) personal.contacts = contacts as string[];
  if (typeof software_statement === 'string') personal.software_statement = software_statement;
  return { metadata: rest, personal: Object.keys(personal).length > 0 ? personal : null };
}

export function secretNeed(metadata: ClientMetadata): 'none' | 'digest' | 'key' {
  switch (metadata['token_endpoint_auth_method']) {
    case 'client_secret_jwt':
      return 'key';
    case 'none':
    case 'private_key_jwt':
      return Object.values(metadata).includes('HS256') ? 'key' : 'none';
    default:
      return Object.values(metadata).includes('HS256') ? 'key' : 'digest';
  }
}
