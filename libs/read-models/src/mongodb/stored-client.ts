import { isDeepStrictEqual } from 'node:util';
import type { ClientDocument } from '../clients/document.js';
import { filterValues, lowerCaseName, redirectHosts } from '../clients/filter-values.js';
import { differingMembers } from '../projection/compare.js';

/**
 * A client as `clients_N` holds it: the document, and beside it what lists filter by and statistics count. The metadata
 * is JSON text: a key set may hold members of any name, and what MongoDB allows in names has changed from version to
 * version.
 */
export type StoredClient = Omit<ClientDocument, 'client_id' | 'metadata'> & {
  /** client_id */
  _id: string;
  metadata: string;
  /** Position of the registration. */
  firstPosition: number;
  /** Lower case. This and the next three are absent where the client has none: their indexes hold only those that have. */
  name?: string;
  software_id?: string;
  token_endpoint_auth_method?: string;
  application_type?: string;
  grant_types: string[];
  redirectHosts: string[];
};

/** BSON text is UTF-8, which has no lone surrogates: what is stored and what is looked up lose them alike. */
export const storedText = (text: string): string => text.toWellFormed();
/** The form of a name in the database, and of a prefix that is looked for. */
export const storedName = (name: string): string => storedText(lowerCaseName(name));

/** What is stored for a document. Pure. */
export function storedClient(document: ClientDocument, firstPosition: number): StoredClient {
  const { client_id, metadata, ...rest } = document;
  const { name, software_id, token_endpoint_auth_method, application_type, grant_types } =
    filterValues(metadata);
  return {
    _id: client_id,
    ...rest,
    metadata: JSON.stringify(metadata),
    firstPosition,
    ...(name !== null && { name: storedText(name) }),
    ...(software_id !== null && { software_id: storedText(software_id) }),
    ...(token_endpoint_auth_method !== null && {
      token_endpoint_auth_method: storedText(token_endpoint_auth_method),
    }),
    ...(application_type !== null && { application_type: storedText(application_type) }),
    grant_types: grant_types.map(storedText),
    redirectHosts: redirectHosts(metadata),
  };
}

/** The document that is stored, with its members in the order in which `project` makes them. */
export function documentOf(stored: StoredClient): ClientDocument {
  return {
    client_id: stored._id,
    client_id_issued_at: stored.client_id_issued_at,
    status: stored.status,
    metadata: JSON.parse(stored.metadata) as ClientDocument['metadata'],
    secrets: stored.secrets,
    registeredAt: stored.registeredAt,
    updatedAt: stored.updatedAt,
    streamVersion: stored.streamVersion,
    position: stored.position,
    policyVersion: stored.policyVersion,
  };
}

/** What a stored client has that a fold does not give; `filter values` stands for all that lists filter by. Empty: the same. */
export function differencesFrom(
  stored: StoredClient,
  document: ClientDocument,
  firstPosition: number,
): string[] {
  const wanted = storedClient(document, firstPosition);
  if (isDeepStrictEqual(stored, wanted)) return [];
  const members = differingMembers(documentOf(stored), document);
  if (stored.firstPosition !== firstPosition) members.push('firstPosition');
  if (!isDeepStrictEqual(filtersOf(stored), filtersOf(wanted))) members.push('filter values');
  return members;
}

const filtersOf = ({
  name,
  software_id,
  token_endpoint_auth_method,
  application_type,
  grant_types,
  redirectHosts: hosts,
}: StoredClient) => ({
  name,
  software_id,
  token_endpoint_auth_method,
  application_type,
  grant_types,
  hosts,
});
