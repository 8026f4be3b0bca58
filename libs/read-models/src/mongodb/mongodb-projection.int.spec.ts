import { memoryEventLog } from '@rollbook/event-log';
import { appendEvent, appendRegistrations, clientIds, PublishedLog } from '@rollbook-testing/read-models';
import { describeWithServers, mongodbForSuite } from '@rollbook-servers';
import { assert, asyncProperty, integer } from 'fast-check';
import { makeCheckpoints } from './generation-store.js';
import { type GenerationCollections, ModelsDatabase } from './models-database.js';
import { Projection } from './projection.js';

/** Of them the example's clients are on four, two on one. */
const SEVERAL = 5;
const calm = { heartbeat: async () => undefined, signal: new AbortController().signal };

/** Something of everything: updates, a client that is parked from its first event, one from a later event, a stream of no client. */
async function exampleLog(partitions = 1) {
  const log = memoryEventLog();
  await appendRegistrations(log, [{ client_id: 'a' }, { client_id: 'b' }, { client_id: 'c' }]);
  await appendEvent(log, 'a', 2, 'ClientSuspended', { reason: 'x' });
  await appendEvent(log, 'bad', 1, 'ClientSuspended', { reason: 'x' });
  await appendRegistrations(log, [{ client_id: 'd' }]);
  await appendEvent(log, 'c', 2, 'ClientRegistered', {});
  await appendEvent(log, 'bad', 2, 'ClientReinstated', { reason: null });
  await log.append({ streamId: 'system', expectedVersion: 0, events: ['{}'], commitId: 's' });
  await appendEvent(log, 'c', 3, 'ClientSuspended', { reason: 'x' });
  await appendEvent(log, 'a', 3, 'ClientReinstated', { reason: null });
  await appendEvent(log, 'd', 2, 'ClientDeleted', { reason: null });
  const published = new PublishedLog(partitions);
  await published.follow(log);
  return { log, partitions, events: published.events };
}
type Example = Awaited<ReturnType<typeof exampleLog>>;

describeWithServers('projection into MongoDB', ['mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let database: ModelsDatabase;
  let generations = 0;
  beforeAll(async () => {
    mongodb = await mongodbForSuite();
    database = await ModelsDatabase.open(mongodb);
  });
  afterAll(async () => {
    await database.close();
    await mongodb.drop();
  });

  async function fresh(partitions = 1): Promise<GenerationCollections> {
    const collections = database.generation(++generations);
    await makeCheckpoints(collections, partitions);
    return collections;
  }
  const projectionOf = (collections: GenerationCollections, log: Example['log'], partitions = 1) =>
    new Projection({ collections, log, partitions, close: async () => undefined });
  async function contents({ clients, parked, checkpoints }: GenerationCollections) {
    return {
      clients: await clients.find().sort({ _id: 1 }).lean(),
      parked: await parked.find().sort({ _id: 1 }).lean(),
      checkpoints: await checkpoints.find({}, { position: 1, offset: 1 }).sort({ _id: 1 }).lean(),
    };
  }
  /** All partitions at once, each in runs of so many events; rejects when one has failed and all have ended. */
  async function applyAll(projection: Projection, { events, partitions }: Example, run: number) {
    const ended = await Promise.allSettled(
      Array.from({ length: partitions }, async (_, partition) => {
        let lostRaces = 0;
        const own = events.filter((event) => event.partition === partition);
        for (let i = 0; i < own.length; i += run) {
          lostRaces += (await projection.apply(partition, own.slice(i, i + run), calm)).lostRaces;
        }
        return lostRaces;
      }),
    );
    return ended.reduce((lostRaces, one) => {
      if (one.status === 'rejected') throw one.reason;
      return lostRaces + one.value;
    }, 0);
  }
  /** Partition by partition. */
  async function expectedOf({
    log,
    events,
    partitions,
  }: Omit<Example, 'partitions'> & { partitions?: number }) {
    const collections = await fresh(partitions);
    const projection = projectionOf(collections, log, partitions);
    for (const partition of new Set(events.map((event) => event.partition))) {
      const own = events.filter((event) => event.partition === partition);
      await projection.apply(partition, own, calm);
    }
    return contents(collections);
  }

  /** The same collections; `onWrite` is called around each write, with its number. */
  function watched(
    collections: GenerationCollections,
    onWrite: (step: number, when: 'before' | 'after') => Promise<void>,
  ): GenerationCollections {
    let steps = 0;
    const watch = <Target extends object>(target: Target, method: keyof Target): Target =>
      new Proxy(target, {
        get(of, name) {
          const value: unknown = Reflect.get(of, name);
          if (name !== method) return typeof value === 'function' ? value.bind(of) : value;
          return async (...args: unknown[]) => {
            const step = ++steps;
            await onWrite(step, 'before');
            const result: unknown = await Reflect.apply(value as () => unknown, of, args);
            await onWrite(step, 'after');
            return result;
          };
        },
      });
    return {
      ...collections,
      bulk: {
        clients: watch(collections.bulk.clients, 'bulkWrite'),
        parked: watch(collections.bulk.parked, 'bulkWrite'),
        checkpoints: watch(collections.bulk.checkpoints, 'bulkWrite'),
      },
    };
  }

  test('design §8 · documents, parked clients and checkpoint after a run', async () => {
    const { log, events } = await exampleLog();
    const collections = await fresh();
    const applied = await projectionOf(collections, log).apply(0, events, calm);
    expect(applied).toMatchObject({
      last: { position: 12, offset: '11' },
      events: 12,
      documents: 4,
      skippedEvents: 2,
      repairedGaps: 0,
      missedEvents: 0,
      lostRaces: 0,
      parked: [{ client_id: 'bad' }, { client_id: 'c', firstVersion: 2 }],
      unknown: null,
    });
    expect(await contents(collections)).toMatchObject({
      clients: [
        { _id: 'a', streamVersion: 3, status: 'active', firstPosition: 1, position: 11 },
        { _id: 'b', streamVersion: 1 },
        { _id: 'c', streamVersion: 1, status: 'active' },
        { _id: 'd', streamVersion: 2, status: 'deleted' },
      ],
      parked: [
        { _id: 'bad', firstVersion: 1, position: 5, skippedEvents: 1, skippedTo: 8 },
        { _id: 'c', firstVersion: 2, position: 7, skippedEvents: 1, skippedTo: 10 },
      ],
      checkpoints: [{ _id: 0, position: 12, offset: '11' }],
    });
  });

  test.each(['before', 'after'] as const)(
    'design §8 · killed %s any write, the same run again ends where it would have',
    async (when) => {
      const example = await exampleLog();
      const wanted = await expectedOf(example);
      // Runs of 3: documents and checkpoint each, parked clients in three of them. One of 12: one of each.
      for (const [run, writes] of [
        [3, 10],
        [12, 3],
      ] as const) {
        // prettier-ignore
        let kill = 1;
        for (let alive = false; !alive; kill++) {
          const collections = await fresh();
          const dying = projectionOf(
            watched(collections, async (step, at) => {
              if (step === kill && at === when) throw new Error('killed');
            }),
            example.log,
          );
          let failed: unknown = null;
          try {
            for (let i = 0; i < example.events.length; i += run) {
              await dying.apply(0, example.events.slice(i, i + run), calm);
            }
          } catch (error) {
            failed = error;
          }
          alive = failed === null;
          if (!alive) expect(failed).toMatchObject({ message: 'killed' });
          // Kafka delivers again from the last committed offset, at the earliest from the beginning.
          await projectionOf(collections, example.log).apply(0, example.events, calm);
          expect(await contents(collections)).toEqual(wanted);
        }
        expect(kill - 2).toBe(writes);
      }
    },
  );

  test.each(['before', 'after'] as const)(
    'design §8 · partitions whose writes go out together, killed %s any of them, end where they would have',
    async (when) => {
      const example = await exampleLog(SEVERAL);
      const wanted = await expectedOf(example);
      for (const run of [1, 12]) {
        let kill = 1;
        for (let alive = false; !alive; kill++) {
          const collections = await fresh(SEVERAL);
          let dead = false;
          const dying = watched(collections, async (step, at) => {
            if (step === kill && at === when) dead = true;
            // Of a process that is dead no partition writes any more.
            if (dead) throw new Error('killed');
          });
          const ended = applyAll(projectionOf(dying, example.log, SEVERAL), example, run);
          alive = await ended.then(() => true, () => false); // prettier-ignore
          expect(alive).toBe(!dead);
          await applyAll(projectionOf(collections, example.log, SEVERAL), example, 12);
          expect(await contents(collections)).toEqual(wanted);
        }
        // One by one it would be 23, and 4 partitions with documents and checkpoint, one of them with parked clients.
        expect(kill - 2).toBeLessThan(run === 1 ? 23 : 9);
      }
    },
  );

  test('design §8 · partitions whose writes go out together, another projector just before or after any of them', async () => {
    const example = await exampleLog(SEVERAL);
    const wanted = await expectedOf(example);
    let lostRaces = 0;
    for (const when of ['before', 'after'] as const) {
      for (let at = 1, reached = true; reached; at++) {
        reached = false;
        const collections = await fresh(SEVERAL);
        const slow = watched(collections, async (step, moment) => {
          if (step !== at || moment !== when) return;
          reached = true;
          await applyAll(projectionOf(collections, example.log, SEVERAL), example, 12);
        });
        lostRaces += await applyAll(projectionOf(slow, example.log, SEVERAL), example, 2);
        expect(await contents(collections)).toEqual(wanted);
      }
    }
    expect(lostRaces).toBeGreaterThan(0);
  });

  test('design §7 · twelve partitions at once cost two requests, and a race that one of them loses is its own', async () => {
    const partitions = 12;
    const log = memoryEventLog();
    await appendRegistrations(log, clientIds(200).map((client_id) => ({ client_id }))); // prettier-ignore
    const published = new PublishedLog(partitions);
    await published.follow(log);
    const example = { log, partitions, events: published.events };
    const wanted = await expectedOf(example);
    const [first] = example.events;
    if (first === undefined) throw new Error('no event');
    for (const raced of [false, true]) {
      const collections = await fresh(partitions);
      if (raced) {
        await projectionOf(collections, log, partitions).apply(first.partition, [first], calm);
        const $set = { position: 0, offset: null };
        await collections.checkpoints.updateOne({ _id: first.partition }, { $set });
      }
      let writes = 0;
      const watching = watched(collections, async (_step, when) => void (when === 'before' && (writes += 1)));
      const projection = projectionOf(watching, log, partitions);
      await projection.checkpoints();
      // Whoever lost finds all documents there, and comes later with its checkpoint.
      expect(await applyAll(projection, example, 200)).toBe(raced ? 1 : 0);
      expect(writes).toBe(raced ? 3 : 2);
      expect(await contents(collections)).toEqual(wanted);
    }
  });

  test('design §8 · what fails for one partition holds up the others once: the next time each goes by itself', async () => {
    const example = await exampleLog(SEVERAL);
    const wanted = await expectedOf(example);
    const collections = await fresh(SEVERAL);
    const { clients } = collections.bulk;
    const requests: string[][] = [];
    const bulkWrite = async (...[operations, options]: Parameters<typeof clients.bulkWrite>) => {
      const ids = operations.map((one) => ('insertOne' in one ? String(one.insertOne.document._id) : ''));
      requests.push(ids);
      if (ids.includes('a')) throw new Error('a cannot be written');
      return clients.bulkWrite(operations, options);
    };
    const bulk = { ...collections.bulk, clients: Object.assign(Object.create(clients), { bulkWrite }) };
    const projection = projectionOf({ ...collections, bulk }, example.log, SEVERAL);
    await projection.checkpoints();
    await expect(applyAll(projection, example, 12)).rejects.toThrow('a cannot be written');
    expect(requests.splice(0)).toEqual([expect.arrayContaining(['a', 'b', 'c', 'd'])]);
    await expect(applyAll(projection, example, 12)).rejects.toThrow('a cannot be written');
    expect(requests.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
    expect(await contents(collections)).toEqual({
      clients: wanted.clients.filter(({ _id }) => _id !== 'a'),
      parked: wanted.parked,
      checkpoints: wanted.checkpoints.map((one) =>
        one._id === 0 ? { _id: 0, position: 0, offset: null } : one,
      ),
    });
  });

  test('design §8 · another projector does the same run just before or after any write', async () => {
    const example = await exampleLog();
    const wanted = await expectedOf(example);
    let lostRaces = 0;
    for (const when of ['before', 'after'] as const) {
      for (let at = 1, reached = true; reached; at++) {
        reached = false;
        const collections = await fresh();
        const slow = projectionOf(
          watched(collections, async (step, moment) => {
            if (step !== at || moment !== when) return;
            reached = true;
            await projectionOf(collections, example.log).apply(0, example.events, calm);
          }),
          example.log,
        );
        for (let i = 0; i < example.events.length; i += 4) {
          lostRaces += (await slow.apply(0, example.events.slice(i, i + 4), calm)).lostRaces;
        }
        expect(await contents(collections)).toEqual(wanted);
      }
    }
    expect(lostRaces).toBeGreaterThan(0);
  });

  test('design §8 · two projectors at once, with runs of any length, and repeats', async () => {
    const example = await exampleLog();
    const wanted = await expectedOf(example);
    await assert(
      asyncProperty(
        integer({ min: 1, max: 12 }),
        integer({ min: 1, max: 12 }),
        integer({ min: 0, max: 6 }),
        async (one, two, repeat) => {
          const collections = await fresh();
          const work = async (length: number): Promise<void> => {
            const projection = projectionOf(collections, example.log);
            for (let i = 0; i < example.events.length; i += length) {
              await projection.apply(0, example.events.slice(Math.max(0, i - repeat), i + length), calm);
            }
          };
          await Promise.all([work(one), work(two)]);
          expect(await contents(collections)).toEqual(wanted);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('design §8 · the checkpoint never goes back', async () => {
    const { log, events } = await exampleLog();
    const collections = await fresh();
    const zombie = projectionOf(collections, log);
    await zombie.apply(0, events.slice(0, 2), calm);
    await projectionOf(collections, log).apply(0, events, calm);
    await zombie.apply(0, events.slice(2, 5), calm);
    expect((await contents(collections)).checkpoints).toEqual([{ _id: 0, position: 12, offset: '11' }]);
  });

  test('design §8 · events delivered again write nothing, and their offset may be committed', async () => {
    const { log, events } = await exampleLog();
    const collections = await fresh();
    await projectionOf(collections, log).apply(0, events, calm);
    let writes = 0;
    const again = projectionOf(
      watched(collections, async () => {
        writes += 1;
      }),
      log,
    );
    expect(await again.apply(0, events.slice(0, 7), calm)).toMatchObject({
      last: { position: 7, offset: '6' },
      events: 0,
    });
    expect(writes).toBe(0);
  });

  test('design §8 · a version gap is repaired from the log, and counted', async () => {
    const example = await exampleLog();
    const collections = await fresh();
    const projection = projectionOf(collections, example.log);
    // The partition itself shows no gap: the publisher never knew of the event.
    const events = example.events
      .filter(({ position }) => position !== 4)
      .map((event) => (event.position === 5 ? { ...event, previousPosition: 3 } : event));
    expect(await projection.apply(0, events, calm)).toMatchObject({ repairedGaps: 1, missedEvents: 0 });
    expect(await contents(collections)).toEqual(await expectedOf(example));
    expect(await collections.checkpoints.findById(0).lean()).toMatchObject({ repairedGaps: 1 });
  });

  test('design §7 · an event that the partition lacks by its own account is taken from the log, and counted', async () => {
    const example = await exampleLog();
    const collections = await fresh();
    const projection = projectionOf(collections, example.log);
    // b has no other event: no version would ever show that it is missing.
    const events = example.events.filter(({ position }) => position !== 2 && position !== 3);
    expect(await projection.apply(0, events, calm)).toMatchObject({ missedEvents: 2, events: 12 });
    expect(await contents(collections)).toEqual(await expectedOf(example));
  });

  test('design §8 · a database that was put back to an earlier state is noticed, and what it lacks comes from the log', async () => {
    const example = await exampleLog();
    const collections = await fresh();
    const projection = projectionOf(collections, example.log);
    await projection.apply(0, example.events.slice(0, 3), calm);
    await projection.apply(0, example.events.slice(3, 7), calm);
    // As it was after the first three events.
    await collections.clients.deleteMany({ firstPosition: { $gt: 3 } });
    await collections.clients.updateOne({ _id: 'a' }, { $set: { streamVersion: 1, position: 1 } });
    await collections.parked.deleteMany({});
    await collections.checkpoints.updateOne({ _id: 0 }, { $set: { position: 3, offset: '2' } });
    const rest = example.events.slice(7);
    await expect(projection.apply(0, rest, calm)).rejects.toThrow('an earlier state');
    expect(await projection.apply(0, rest, calm)).toMatchObject({ missedEvents: 4 });
    const { clients, checkpoints } = await contents(collections);
    const wanted = await expectedOf(example);
    expect({ clients, checkpoints }).toEqual({ clients: wanted.clients, checkpoints: wanted.checkpoints });
  });

  test('design §3 · before an unknown event the projection pauses, what came before is in', async () => {
    const log = memoryEventLog();
    await appendRegistrations(log, [{ client_id: 'a' }]);
    await appendEvent(log, 'a', 2, 'ClientMoved', {});
    await appendRegistrations(log, [{ client_id: 'b' }]);
    const published = new PublishedLog(1);
    await published.follow(log);
    const collections = await fresh();
    const projection = projectionOf(collections, log);
    const PAUSED = {
      last: { position: 1, offset: '0' },
      unknown: { position: 2, reason: expect.stringContaining('ClientMoved') },
    };
    expect(await projection.apply(0, published.events, calm)).toMatchObject({ ...PAUSED, events: 1 });
    expect(await projection.apply(0, published.events, calm)).toMatchObject({ ...PAUSED, events: 0 });
    expect(await projection.apply(0, published.events.slice(1), calm)).toMatchObject({ last: null });
    expect(await contents(collections)).toMatchObject({ clients: [{ _id: 'a' }], parked: [] });
  });

  const ENDINGS: [
    name: string,
    options: (stop: () => boolean) => Parameters<Projection['apply']>[2],
    message: string,
  ][] = [
    [
      'a heartbeat that throws',
      (stop) => ({
        ...calm,
        heartbeat: async () => {
          if (stop()) throw new Error('rebalanced');
        },
      }),
      'rebalanced',
    ],
    ['an aborted signal', () => ({ ...calm, signal: AbortSignal.abort(new Error('closing')) }), 'closing'],
  ];
  test.each(ENDINGS)('%s ends the run between two chunks', async (_name, options, message) => {
    const log = memoryEventLog();
    await appendRegistrations(
      log,
      clientIds(1100).map((client_id) => ({ client_id })),
    );
    const published = new PublishedLog(1);
    await published.follow(log);
    const collections = await fresh();
    let beats = 0;
    const stop = () => ++beats > 2;
    await expect(projectionOf(collections, log).apply(0, published.events, options(stop))).rejects.toThrow(
      message,
    );
    const stored = await collections.clients.countDocuments();
    expect((await contents(collections)).checkpoints).toMatchObject([{ position: stored }]);
    expect(stored).toBe(message === 'rebalanced' ? 1000 : 0);
  });

  test('a generation that was dropped is not followed any more', async () => {
    const { log, events } = await exampleLog();
    const collections = await fresh();
    const projection = projectionOf(collections, log);
    await projection.apply(0, events.slice(0, 3), calm);
    await collections.checkpoints.deleteMany({});
    await expect(projection.apply(0, events, calm)).rejects.toMatchObject({ name: 'GenerationGone' });
  });

  test('concerns are enforced whatever the URL says', async () => {
    const url = `${mongodb.url}?w=1&journal=false&readConcernLevel=local&readPreference=secondaryPreferred`;
    const other = await ModelsDatabase.open({ ...mongodb, url });
    try {
      const { readConcern, writeConcern, readPreference } = other
        .generation(1)
        .bulk.clients.conn.getClient().options;
      expect([readConcern?.level, readPreference?.mode, writeConcern?.w, writeConcern?.journal]).toEqual([
        'majority',
        'primary',
        'majority',
        true,
      ]);
    } finally {
      await other.close();
    }
  });
});
