import type { QueryFilter } from 'mongoose';
import { canonicalHost } from '../clients/filter-values.js';
import type { ClientPage, ClientQuery } from '../clients/query.js';
import type { GenerationCollections } from './models-database.js';
import { documentOf, type StoredClient, storedName, storedText } from './stored-client.js';

type Filter = QueryFilter<StoredClient>;

/** One page of clients, as `ClientQuery` asks. */
export async function listClients(
  { clients }: Pick<GenerationCollections, 'clients'>,
  query: ClientQuery,
): Promise<Omit<ClientPage, 'position'>> {
  const found = await clients
    .find(filterOf(query))
    .sort({ client_id_issued_at: -1, _id: 1 })
    .limit(query.limit + 1)
    .lean<StoredClient[]>();
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(documentOf),
    next:
      found.length > query.limit && last !== undefined
        ? { client_id_issued_at: last.client_id_issued_at, client_id: last._id }
        : null,
  };
}

/** The conditions of a query. Every value stands where MongoDB takes it for a value, whatever it contains. */
export function filterOf(query: ClientQuery): Filter {
  const { name, software_id, redirectHost, token_endpoint_auth_method, grant_type, status, after } = query;
  const all: Filter[] = [];
  if (name !== undefined && name !== '') {
    const prefix = storedName(name);
    const end = afterPrefix(prefix);
    all.push({ name: { $gte: prefix, ...(end !== null && { $lt: end }) } });
  }
  if (software_id !== undefined) all.push({ software_id: { $eq: storedText(software_id) } });
  if (redirectHost !== undefined) all.push({ redirectHosts: { $eq: canonicalHost(redirectHost) } });
  if (token_endpoint_auth_method !== undefined) {
    all.push({ token_endpoint_auth_method: { $eq: storedText(token_endpoint_auth_method) } });
  }
  if (grant_type !== undefined) all.push({ grant_types: { $eq: storedText(grant_type) } });
  if (status !== undefined) all.push({ status: { $eq: status as StoredClient['status'] } });
  if (after !== undefined) {
    const { client_id_issued_at: issuedAt, client_id } = after;
    // The first is implied by the second, and is what an index can use.
    all.push({ client_id_issued_at: { $lte: issuedAt } });
    all.push({
      $or: [
        { client_id_issued_at: { $lt: issuedAt } },
        { client_id_issued_at: issuedAt, _id: { $gt: client_id } },
      ],
    });
  }
  return all.length === 0 ? {} : { $and: all };
}

const LAST_CODE_POINT = 0x10_ffff;
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/** The first text after all that begin with a prefix, by code points; null when there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return null;
  points.push(last + 1 === FIRST_SURROGATE ? AFTER_SURROGATES : last + 1);
  return String.fromCodePoint(...points);
}
