import type { EventLog } from '@rollbook/event-log';
import type { ClientPage, ClientQuery, ReadModels, ReplayReport } from '@rollbook/read-models';
import { assert, asyncProperty, constantFrom, integer, option, record } from 'fast-check';
import { SECRET } from './client-events.js';
import { appendEvent, appendRegistrations, caughtUp, clientIds, statusWhen } from './following.js';

/** A log and the models that follow it, both empty at the start and of the suite alone. */
export type OpenedModels = { log: EventLog; models: ReadModels; close: () => Promise<void> };

const idsOf = ({ items }: ClientPage): string[] => items.map(({ client_id }) => client_id);
export const replayed = (models: ReadModels): Promise<ReplayReport> =>
  models.replay({ onProgress: () => undefined, signal: new AbortController().signal });

const optional = <T>(values: T[]) => option(constantFrom(...values), { nil: undefined });
/** The property suspends the first twenty clients. */
const statusOf = (client_id: string) => (client_id < 'c00020' ? 'suspended' : 'active');

/** What every driver of the read models has to do (design §§2, 6, 8). `open` is called once per test. */
export function readModelsContract(driver: string, open: () => Promise<OpenedModels>): void {
  describe(`read models · ${driver}`, () => {
    let opened: OpenedModels;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    test('design §2 · a registered client is listed, with the position of the answer', async () => {
      const { log, models } = opened;
      await appendRegistrations(log, [{ client_id: 'a' }]);
      await caughtUp(log, models);
      const page = await models.listClients({ limit: 10 });
      expect(page).toMatchObject({
        next: null,
        position: 1,
        items: [{ client_id: 'a', status: 'active', position: 1 }],
      });
      expect(JSON.stringify(page)).not.toContain(SECRET.digest);
    });

    test('design §2 · every later event is taken in', async () => {
      const { log, models } = opened;
      await appendRegistrations(log, [{ client_id: 'a' }]);
      await caughtUp(log, models);
      await appendEvent(log, 'a', 2, 'ClientUpdated', {
        metadata: {
          client_name: 'B',
          redirect_uris: ['https://b.example/cb'],
          grant_types: ['client_credentials'],
        },
        changed: ['client_name'],
      });
      await appendEvent(log, 'a', 3, 'ClientDeleted', { reason: null });
      const status = await caughtUp(log, models);
      expect(status).toMatchObject({ state: 'live', position: 3, parked: 0, lastError: null });
      expect(status.positionRecordedAt).toBe('2026-11-01T10:00:00.000Z');
      const FOUND: [ClientQuery, number][] = [
        [{ redirectHost: 'b.example', limit: 1 }, 1],
        [{ redirectHost: 'example.com', limit: 1 }, 0],
        [{ name: 'b', limit: 1 }, 1],
        [{ name: 'my', limit: 1 }, 0],
        [{ status: 'deleted', limit: 1 }, 1],
        [{ status: 'active', limit: 1 }, 0],
        [{ grant_type: 'client_credentials', limit: 1 }, 1],
        [{ grant_type: 'credentials', limit: 1 }, 0],
        [{ token_endpoint_auth_method: 'client_secret_basic', limit: 1 }, 0],
      ];
      for (const [query, count] of FOUND) {
        expect([query, (await models.listClients(query)).items.length]).toEqual([query, count]);
      }
    });

    test('design §6 · pages are complete and in order, whatever is filtered and however long they are', async () => {
      const { log, models } = opened;
      const names = ['Alpha', 'alphabet', 'Beta', 'ÄLPHA', 'al_%'];
      const clients = clientIds(120).map((client_id, i) => ({
        client_id,
        client_id_issued_at: 1_793_000_000 + (i % 7),
        metadata: {
          client_name: names[i % names.length],
          redirect_uris: [`https://h${i % 3}.example/cb`, `https://h${i % 4}.example/cb2`],
          grant_types: i % 2 === 0 ? ['authorization_code'] : ['client_credentials', 'refresh_token'],
          token_endpoint_auth_method: i % 5 === 0 ? 'none' : 'client_secret_basic',
          ...(i % 6 === 0 && { software_id: `software-${i % 12}` }),
        },
      }));
      await appendRegistrations(log, clients);
      for (const { client_id } of clients.slice(0, 20)) {
        await appendEvent(log, client_id, 2, 'ClientSuspended', { reason: 'x' });
      }
      await caughtUp(log, models);
      await assert(
        asyncProperty(
          record({
            name: optional(['al', 'ALPHA', 'äl', 'b', 'x', '']),
            software_id: optional(['software-0', 'software-6', 'none']),
            redirectHost: optional(['h0.example', 'H2.example', 'h9.example']),
            token_endpoint_auth_method: optional(['none', 'client_secret_basic']),
            grant_type: optional(['authorization_code', 'refresh_token']),
            status: optional(['active', 'suspended', 'deleted']),
          }),
          integer({ min: 1, max: 50 }),
          async (filter, limit) => {
            const wanted = clients
              .filter(({ client_id, metadata }) => {
                const hosts = metadata.redirect_uris.map((uri) => new URL(uri).host);
                return (
                  (metadata.client_name ?? '').toLowerCase().startsWith((filter.name ?? '').toLowerCase()) &&
                  (filter.software_id === undefined || metadata.software_id === filter.software_id) &&
                  (filter.redirectHost === undefined || hosts.includes(filter.redirectHost.toLowerCase())) &&
                  (filter.grant_type === undefined || metadata.grant_types.includes(filter.grant_type)) &&
                  (filter.status === undefined || statusOf(client_id) === filter.status) &&
                  (filter.token_endpoint_auth_method === undefined ||
                    metadata.token_endpoint_auth_method === filter.token_endpoint_auth_method)
                );
              })
              .sort(
                (a, b) =>
                  b.client_id_issued_at - a.client_id_issued_at || (a.client_id < b.client_id ? -1 : 1),
              )
              .map(({ client_id }) => client_id);
            const query = Object.fromEntries(
              Object.entries(filter).filter(([, value]) => value !== undefined),
            );
            const found: string[] = [];
            let after: ClientQuery['after'] | null;
            do {
              const page = await models.listClients({ ...query, ...(after && { after }), limit });
              expect(page.items.length).toBeLessThanOrEqual(limit);
              found.push(...idsOf(page));
              after = page.next;
            } while (after !== null);
            expect(found).toEqual(wanted);
          },
        ),
        { numRuns: 60 },
      );
    });

    test('design §6 · statistics count the model and say their position', async () => {
      const { log, models } = opened;
      await appendRegistrations(log, [
        { client_id: 'a' },
        {
          client_id: 'b',
          metadata: { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
        },
        { client_id: 'c', client_id_issued_at: 1_793_000_000 + 86_400 },
      ]);
      await appendEvent(log, 'c', 2, 'ClientDeleted', { reason: null });
      await caughtUp(log, models);
      expect(await models.statistics()).toMatchObject({
        clients: 3,
        byStatus: [
          { value: 'active', clients: 2 },
          { value: 'deleted', clients: 1 },
        ],
        byTokenEndpointAuthMethod: [
          { value: 'client_secret_basic', clients: 1 },
          { value: 'none', clients: 1 },
        ],
        byGrantType: [
          { value: 'authorization_code', clients: 2 },
          { value: 'refresh_token', clients: 1 },
        ],
        byApplicationType: [{ value: 'web', clients: 2 }],
        registrationsPerDay: [
          { day: '2026-10-27', clients: 1 },
          { day: '2026-10-26', clients: 2 },
        ],
        position: 4,
      });
    });

    test('design §8 · an event that can not be applied parks its client, the others go on', async () => {
      const { log, models } = opened;
      await appendEvent(log, 'bad', 1, 'ClientSuspended', { reason: 'x' });
      await appendRegistrations(log, [{ client_id: 'good' }]);
      await appendEvent(log, 'bad', 2, 'ClientReinstated', { reason: null });
      const status = await caughtUp(log, models);
      expect(status).toMatchObject({ state: 'live', position: 3, parked: 1, skippedEvents: 1 });
      expect(await models.parked()).toEqual([
        {
          client_id: 'bad',
          reason: expect.stringContaining('never registered'),
          firstVersion: 1,
          position: 1,
          skippedEvents: 1,
        },
      ]);
      expect(idsOf(await models.listClients({ limit: 10 }))).toEqual(['good']);
      expect(await models.retryParked('bad')).toBe(false);
      expect(await models.retryParked('good')).toBe(false);
      expect(await models.parked()).toMatchObject([{ client_id: 'bad' }]);
      expect(await replayed(models)).toMatchObject({ equal: true, events: 3, clients: 2 });
    });

    test('design §3 · an unknown event is not poison: the projection pauses before it and says so', async () => {
      const { log, models } = opened;
      await appendRegistrations(log, [{ client_id: 'a' }]);
      await appendEvent(log, 'a', 2, 'ClientMoved', {});
      await appendRegistrations(log, [{ client_id: 'b' }]);
      models.wake();
      const status = await statusWhen(models, ({ state }) => state === 'paused');
      expect(status).toMatchObject({
        position: 1,
        parked: 0,
        lastError: expect.stringContaining('ClientMoved'),
      });
      expect(idsOf(await models.listClients({ limit: 10 }))).toEqual(['a']);
    });

    test('design §8 · a rebuild takes the place of the live model while events keep coming', async () => {
      const { log, models } = opened;
      await appendRegistrations(
        log,
        clientIds(300).map((client_id) => ({ client_id })),
      );
      const before = await caughtUp(log, models);
      await models.rebuild('clients');
      await expect(models.rebuild('clients')).rejects.toMatchObject({ name: 'RebuildRunning' });
      await appendRegistrations(
        log,
        clientIds(300, 'd').map((client_id) => ({ client_id })),
      );
      await appendEvent(log, 'c00000', 2, 'ClientSuspended', { reason: 'x' });
      await statusWhen(models, ({ rebuild }) => rebuild === null);
      const after = await caughtUp(log, models);
      expect(after.modelVersion).toBe(before.modelVersion + 1);
      expect(after.rebuilt).toMatchObject({ reason: 'asked for', differences: 0 });
      expect((await models.statistics()).clients).toBe(600);
      expect(await replayed(models)).toMatchObject({ equal: true, events: 601, clients: 600, position: 601 });
    });

    test('an unknown projection is refused', async () => {
      await expect(opened.models.rebuild('tokens')).rejects.toMatchObject({ name: 'UnknownProjection' });
    });

    test('replay · folds the whole log and reports progress', async () => {
      const { log, models } = opened;
      await appendRegistrations(
        log,
        clientIds(50).map((client_id) => ({ client_id })),
      );
      await appendEvent(log, 'c00007', 2, 'ClientSuspended', { reason: 'x' });
      await caughtUp(log, models);
      const progress: unknown[] = [];
      const report = await models.replay({
        onProgress: (step) => progress.push(step),
        signal: new AbortController().signal,
      });
      expect(report).toMatchObject({
        position: 51,
        events: 51,
        clients: 50,
        equal: true,
        differing: 0,
        differences: [],
      });
      expect(progress.at(-1)).toEqual({ position: 51, head: 51 });
    });

    test('a replay that is aborted rejects with the reason', async () => {
      const { log, models } = opened;
      await appendRegistrations(
        log,
        clientIds(50).map((client_id) => ({ client_id })),
      );
      await caughtUp(log, models);
      const abort = new AbortController();
      const replay = models.replay({ onProgress: () => undefined, signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(replay).rejects.toThrow('enough');
      expect(await replayed(models)).toMatchObject({ equal: true });
    });
  });
}
