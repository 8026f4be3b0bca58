import type { ClientDocument } from './document.js';

/** What lists filter by and statistics count, taken from the metadata. Every driver stores these beside the document. */
export type FilterValues = {
  /** Lower case. */
  name: string | null;
  software_id: string | null;
  token_endpoint_auth_method: string | null;
  grant_types: string[];
  application_type: string | null;
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** The form in which names are stored and prefixes looked up. */
export const lowerCaseName = (name: string): string => name.toLowerCase();

/** Hosts of the redirect URIs, each once, as the URL standard writes them. Private-use schemes have none. */
export function redirectHosts(metadata: ClientDocument['metadata']): string[] {
  const hosts = new Set<string>();
  for (const uri of texts(metadata['redirect_uris'])) {
    const url = URL.parse(uri);
    if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) hosts.add(url.hostname);
  }
  return [...hosts];
}

/** A host as the URL standard writes it, so that it is found in any spelling; as it came if it is no host. */
export const canonicalHost = (host: string): string => URL.parse(`https://${host}/`)?.hostname ?? host;

export function filterValues(metadata: ClientDocument['metadata']): FilterValues {
  const name = text(metadata['client_name']);
  return {
    name: name === null ? null : lowerCaseName(name),
    software_id: text(metadata['software_id']),
    token_endpoint_auth_method: text(metadata['token_endpoint_auth_method']),
    grant_types: texts(metadata['grant_types']),
    application_type: text(metadata['application_type']),
  };
}
