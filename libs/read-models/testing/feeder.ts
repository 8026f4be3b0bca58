import { setTimeout as delay } from 'node:timers/promises';
import type { EventLogReader } from '@rollbook/event-log';
import { partitionOf, type PublishedEvent } from '@rollbook/event-relay';
import {
  type CoordinationEvent,
  type GenerationReport,
  type MongodbProjection,
  openMongodbProjector,
} from '@rollbook/read-models';
import { MongoClient } from 'mongodb';

const WINDOW_EVENTS = 200;
const REST_MS = 5;

export type FeederOptions = { url: string; database: string; log: EventLogReader; partitions?: number };

/** What the topic of events would hold, per place in the log: made from the log, with partitions and offsets. */
export class PublishedLog {
  readonly events: PublishedEvent[] = [];
  readonly #partitions: number;
  readonly #last: { offset: number; position: number }[];

  constructor(partitions: number) {
    this.#partitions = partitions;
    this.#last = Array.from({ length: partitions }, () => ({ offset: -1, position: 0 }));
  }

  /** Takes over what the log has more. */
  async follow(log: EventLogReader): Promise<void> {
    for (;;) {
      const page = await log.readAll({ after: this.events.length, limit: 1000 });
      if (page.length === 0) return;
      for (const stored of page) {
        const partition = partitionOf(stored.streamId, this.#partitions);
        const last = this.#last[partition] ?? { offset: -1, position: 0 };
        const offset = last.offset + 1;
        this.events.push({ ...stored, partition, offset: String(offset), previousPosition: last.position });
        this.#last[partition] = { offset, position: stored.position };
      }
    }
  }

  /** As the publisher stores it. */
  get positions(): { position: number; partitions: { [partition: string]: number } } {
    return {
      position: this.events.length,
      partitions: Object.fromEntries(this.#last.map(({ position }, partition) => [partition, position])),
    };
  }

  /** Events of one partition. */
  of(partition: number): PublishedEvent[] {
    return this.events.filter((event) => event.partition === partition);
  }
}

type Followed = { projection: MongodbProjection; taken: number; report: GenerationReport };

/**
 * Plays relay and projector for a suite without Kafka: notes as published what the log has, feeds it to every
 * generation that is to be followed, reports, and coordinates.
 */
export async function startFeeder({ url, database, log, partitions = 3 }: FeederOptions): Promise<{
  stop(): Promise<void>;
  coordination: CoordinationEvent[];
}> {
  const pace = { pollMs: 10, leaseMs: 2000, retiredMs: 300, droppingMs: 200 };
  const projector = await openMongodbProjector({ url, database, log, partitions, instance: 'feeder', pace });
  const client = await MongoClient.connect(url);
  const publishers = client.db(database).collection<{ _id: string }>('publishers');
  const published = new PublishedLog(partitions);
  const followed = new Map<number, Followed>();
  const ending = new AbortController();
  const coordination: CoordinationEvent[] = [];

  async function publish(): Promise<void> {
    const before = published.events.length;
    await published.follow(log);
    if (published.events.length === before) return;
    await publishers.updateOne({ _id: 'events' }, { $set: published.positions }, { upsert: true });
  }

  async function follow(): Promise<void> {
    const wanted = (await projector.generations()).map(({ generation }) => generation);
    for (const generation of followed.keys()) if (!wanted.includes(generation)) followed.delete(generation);
    for (const generation of wanted) {
      if (followed.has(generation)) continue;
      const projection = await projector.openProjection(generation);
      followed.set(generation, {
        projection,
        taken: 0,
        report: { generation, state: 'live', lastError: null },
      });
    }
  }

  async function feed(one: Followed): Promise<void> {
    const { projection, report } = one;
    const window = published.events.slice(one.taken, one.taken + WINDOW_EVENTS);
    // In the order in which the partitions come up, so that a pause leaves what comes after it alone.
    for (const partition of new Set(window.map((event) => event.partition))) {
      const { unknown } = await projection.apply(
        partition,
        window.filter((event) => event.partition === partition),
        { heartbeat: async () => undefined, signal: ending.signal },
      );
      report.state = unknown === null ? 'live' : 'paused';
      report.lastError = unknown?.reason ?? null;
      if (unknown !== null) return;
    }
    one.taken += window.length;
  }

  const report = () => projector.report([...followed.values()].map((one) => one.report));

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await publish();
      await follow();
      for (const one of followed.values()) await feed(one);
      await report();
      await delay(REST_MS);
    }
  }

  await follow();
  await report();
  const work = Promise.all([
    run().catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
    }),
    projector.coordinate({ signal: ending.signal, on: (event) => coordination.push(event) }),
  ]);
  // Whoever stops the feeder hears of a failure.
  work.catch(() => undefined);
  return {
    coordination,
    async stop() {
      ending.abort();
      try {
        await work;
      } finally {
        await projector.close();
        await client.close();
      }
    },
  };
}
