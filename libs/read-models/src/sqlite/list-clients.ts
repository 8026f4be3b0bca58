import type Database from 'better-sqlite3';
import type { ClientDocument } from '../clients/document.js';
import { canonicalHost, lowerCaseName } from '../clients/filter-values.js';
import type { ClientCursor, ClientPage, ClientQuery } from '../clients/query.js';
import type { Tables } from './clients-tables.js';

/** Up to so many matches of one filter are sorted; above, the list order is walked until the page is full. */
const SORTED_MATCHES = 2000;
/** Sorts after every name that starts with the same prefix. */
const LAST_CHARACTER = '\u{10FFFF}';

type Value = string | number;
type Condition = { sql: string; values: Value[] };
/** Where the rows are taken from: an index, or a join with the redirect hosts. */
type Source = { from: string; conditions: Condition[] };

/** One page of clients, as `ClientQuery` asks. The caller holds the read transaction and knows its position. */
export function listClients(
  db: Database.Database,
  tables: Tables,
  query: ClientQuery,
): Omit<ClientPage, 'position'> {
  const { from, conditions } = chooseSource(db, tables, query);
  const all = [...conditions, ...unindexed(query), ...afterKey(query.after)];
  const where = all.length === 0 ? '' : `WHERE ${all.map(({ sql }) => sql).join(' AND ')}`;
  const keys = db
    .prepare<Value[], ClientCursor & { id: number }>(
      `SELECT c.id, c.client_id_issued_at, c.client_id FROM ${from} ${where}
        ORDER BY c.client_id_issued_at DESC, c.client_id LIMIT ?`,
    )
    .all(...all.flatMap(({ values }) => values), query.limit + 1);
  const document = db
    .prepare<[number], string>(`SELECT document FROM ${tables.documents} WHERE id = ?`)
    .pluck();
  const page = keys.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ id }) => JSON.parse(document.get(id) ?? 'null') as ClientDocument),
    next:
      keys.length > query.limit && last !== undefined
        ? { client_id_issued_at: last.client_id_issued_at, client_id: last.client_id }
        : null,
  };
}

/**
 * The filters that can be selective have an index each. Whether one is, nobody knows beforehand (a name prefix may
 * match one client or all), so up to a bound its matches are counted: few are sorted, many are met soon enough when
 * the list order is walked.
 */
function chooseSource(db: Database.Database, tables: Tables, query: ClientQuery): Source {
  const { clients, redirectHosts } = tables;
  const candidates: (Source & { walking: Condition })[] = [];
  if (query.redirectHost !== undefined) {
    const values = [canonicalHost(query.redirectHost)];
    candidates.push({
      from: `${redirectHosts} h CROSS JOIN ${clients} c ON c.id = h.id`,
      conditions: [{ sql: 'h.host = ?', values }],
      walking: { sql: `EXISTS (SELECT 1 FROM ${redirectHosts} h WHERE h.host = ? AND h.id = c.id)`, values },
    });
  }
  if (query.software_id !== undefined) {
    const same = { sql: 'c.software_id = ?', values: [query.software_id] };
    candidates.push({
      from: `${clients} c INDEXED BY ${clients}_software`,
      conditions: [same],
      walking: same,
    });
  }
  if (query.name !== undefined && query.name !== '') {
    const prefix = lowerCaseName(query.name);
    const starts = { sql: 'c.name >= ? AND c.name < ?', values: [prefix, prefix + LAST_CHARACTER] };
    candidates.push({
      from: `${clients} c INDEXED BY ${clients}_name`,
      conditions: [starts],
      walking: starts,
    });
  }
  const few = candidates.find(({ from, conditions: [condition] }) => {
    const counted = db
      .prepare<Value[], number>(
        `SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE ${condition?.sql} LIMIT ?)`,
      )
      .pluck()
      .get(...(condition?.values ?? []), SORTED_MATCHES + 1);
    return counted !== undefined && counted <= SORTED_MATCHES;
  });
  const walked = candidates.filter((candidate) => candidate !== few).map(({ walking }) => walking);
  return few === undefined
    ? { from: `${clients} c INDEXED BY ${clients}_issued`, conditions: walked }
    : { from: few.from, conditions: [...few.conditions, ...walked] };
}

/** Filters with few values, each of many clients: an index would cost every write and help no query. */
function unindexed(query: ClientQuery): Condition[] {
  const conditions: Condition[] = [];
  const { token_endpoint_auth_method, grant_type, status } = query;
  if (token_endpoint_auth_method !== undefined) {
    conditions.push({ sql: 'c.token_endpoint_auth_method = ?', values: [token_endpoint_auth_method] });
  }
  if (grant_type !== undefined) {
    conditions.push({ sql: 'instr(c.grant_types, ?) > 0', values: [` ${grant_type} `] });
  }
  if (status !== undefined) conditions.push({ sql: 'c.status = ?', values: [status] });
  return conditions;
}

/** What sorts after a key. The first condition is implied by the second, and is what the index can use. */
function afterKey(after: ClientCursor | undefined): Condition[] {
  if (after === undefined) return [];
  const { client_id_issued_at: issuedAt, client_id } = after;
  return [
    { sql: 'c.client_id_issued_at <= ?', values: [issuedAt] },
    { sql: '(c.client_id_issued_at < ? OR c.client_id > ?)', values: [issuedAt, client_id] },
  ];
}
