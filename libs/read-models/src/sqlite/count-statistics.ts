import type Database from 'better-sqlite3';
import type { ClientStatistics, Count } from '../clients/statistics.js';
import type { Tables } from './clients-tables.js';

const SECONDS_PER_DAY = 86_400;
const DAYS = 90;

type Group = {
  status: string;
  token_endpoint_auth_method: string | null;
  grant_types: string;
  application_type: string | null;
  clients: number;
};

/** Counts the clients of a model. One pass over its narrow table; the caller holds the read transaction. */
export function countStatistics(
  db: Database.Database,
  { clients }: Tables,
): Omit<ClientStatistics, 'position' | 'countedAt'> {
  const groups = db
    .prepare<[], Group>(
      `SELECT status, token_endpoint_auth_method, grant_types, application_type, count(*) AS clients
        FROM ${clients} NOT INDEXED GROUP BY 1, 2, 3, 4`,
    )
    .all();
  const days = db
    .prepare<[number, number], { day: number; clients: number }>(
      `SELECT client_id_issued_at / ? AS day, count(*) AS clients FROM ${clients} INDEXED BY ${clients}_issued
        GROUP BY 1 ORDER BY 1 DESC LIMIT ?`,
    )
    .all(SECONDS_PER_DAY, DAYS);
  const existing = groups.filter(({ status }) => status !== 'deleted');
  return {
    clients: groups.reduce((sum, group) => sum + group.clients, 0),
    byStatus: countBy(groups, ({ status }) => [status]),
    byTokenEndpointAuthMethod: countBy(existing, ({ token_endpoint_auth_method: method }) => [method]),
    byGrantType: countBy(existing, ({ grant_types }) => grant_types.trim().split(' ')),
    byApplicationType: countBy(existing, ({ application_type }) => [application_type]),
    registrationsPerDay: days.map(({ day, clients: registered }) => ({
      day: new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10),
      clients: registered,
    })),
  };
}

/** Most frequent first, then by value. */
function countBy(groups: readonly Group[], valuesOf: (group: Group) => (string | null)[]): Count[] {
  const counts = new Map<string, number>();
  for (const group of groups) {
    for (const value of valuesOf(group)) {
      if (value) counts.set(value, (counts.get(value) ?? 0) + group.clients);
    }
  }
  return [...counts]
    .map(([value, clients]) => ({ value, clients }))
    .sort((a, b) => b.clients - a.clients || (a.value < b.value ? -1 : 1));
}
