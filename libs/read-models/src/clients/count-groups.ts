import type { ClientStatistics, Count } from './statistics.js';

/** How many clients have the same values of all that is counted. */
export type ClientGroup = {
  status: string;
  token_endpoint_auth_method: string | null;
  grant_types: readonly string[];
  application_type: string | null;
  clients: number;
};
/** Registrations of a UTC day; `day` counts from the epoch. */
export type ClientDay = { day: number; clients: number };

export const SECONDS_PER_DAY = 86_400;
/** Days that statistics show. */
export const DAYS = 90;

/** The statistics that groups of clients add up to. Pure; every driver groups as its database does best. */
export function countGroups(
  groups: readonly ClientGroup[],
  days: readonly ClientDay[],
): Omit<ClientStatistics, 'position' | 'countedAt'> {
  const existing = groups.filter(({ status }) => status !== 'deleted');
  return {
    clients: groups.reduce((sum, group) => sum + group.clients, 0),
    byStatus: countBy(groups, ({ status }) => [status]),
    byTokenEndpointAuthMethod: countBy(existing, ({ token_endpoint_auth_method: method }) => [method]),
    byGrantType: countBy(existing, ({ grant_types }) => grant_types),
    byApplicationType: countBy(existing, ({ application_type }) => [application_type]),
    registrationsPerDay: days.map(({ day, clients }) => ({
      day: new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10),
      clients,
    })),
  };
}

/** Most frequent first, then by value. */
function countBy(
  groups: readonly ClientGroup[],
  valuesOf: (group: ClientGroup) => readonly (string | null)[],
): Count[] {
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
