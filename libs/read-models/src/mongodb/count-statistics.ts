import {
  type ClientDay,
  type ClientGroup,
  countGroups,
  DAYS,
  SECONDS_PER_DAY,
} from '../clients/count-groups.js';
import type { ClientStatistics } from '../clients/statistics.js';
import type { GenerationCollections } from './models-database.js';

type Group = { _id: Partial<Omit<ClientGroup, 'clients'>>; clients: number };
type Day = { _id: number; clients: number };

/** Counts the clients of a generation: one pass for the groups, one over the index of the list order for the days. */
export async function countStatistics({
  clients,
}: Pick<GenerationCollections, 'clients'>): Promise<Omit<ClientStatistics, 'position' | 'countedAt'>> {
  const groups = await clients.aggregate<Group>([
    {
      $group: {
        _id: {
          status: '$status',
          token_endpoint_auth_method: '$token_endpoint_auth_method',
          grant_types: '$grant_types',
          application_type: '$application_type',
        },
        clients: { $sum: 1 },
      },
    },
  ]);
  const secondsIntoDay = { $mod: ['$client_id_issued_at', SECONDS_PER_DAY] };
  const days = await clients.aggregate<Day>([
    {
      $group: {
        _id: { $subtract: ['$client_id_issued_at', secondsIntoDay] },
        clients: { $sum: 1 },
      },
    },
    { $sort: { _id: -1 } },
    { $limit: DAYS },
  ]);
  return countGroups(
    groups.map(({ _id, clients: count }) => ({
      status: _id.status ?? '',
      token_endpoint_auth_method: _id.token_endpoint_auth_method ?? null,
      grant_types: _id.grant_types ?? [],
      application_type: _id.application_type ?? null,
      clients: count,
    })),
    days.map(({ _id, clients: count }): ClientDay => ({ day: _id / SECONDS_PER_DAY, clients: count })),
  );
}
