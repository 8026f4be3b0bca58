import type Database from 'better-sqlite3';
import {
  type ClientDay,
  type ClientGroup,
  countGroups,
  DAYS,
  SECONDS_PER_DAY,
} from '../clients/count-groups.js';
import type { ClientStatistics } from '../clients/statistics.js';
import type { Tables } from './clients-tables.js';

/** Counts the clients of a model. One pass over its narrow table; the caller holds the read transaction. */
export function countStatistics(
  db: Database.Database,
  { clients }: Tables,
): Omit<ClientStatistics, 'position' | 'countedAt'> {
  const groups = db
    .prepare<[], Omit<ClientGroup, 'grant_types'> & { grant_types: string }>(
      `SELECT status, token_endpoint_auth_method, grant_types, application_type, count(*) AS clients
        FROM ${clients} NOT INDEXED GROUP BY 1, 2, 3, 4`,
    )
    .all();
  const days = db
    .prepare<[number, number], ClientDay>(
      `SELECT client_id_issued_at / ? AS day, count(*) AS clients FROM ${clients} INDEXED BY ${clients}_issued
        GROUP BY 1 ORDER BY 1 DESC LIMIT ?`,
    )
    .all(SECONDS_PER_DAY, DAYS);
  return countGroups(
    groups.map((group) => ({ ...group, grant_types: group.grant_types.trim().split(' ') })),
    days,
  );
}
