import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { readEvent } from '@rollbook/event-log';
import { partitionOf, type PublishedEvent, topicNames } from '@rollbook/event-relay';
import { type ClientEvent, fold } from '@rollbook/registration';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  checkStates,
  inPublishingWorld,
  lifeEvent,
  newStream,
  type PublishingWorld,
  readPublished,
  readStates,
} from '@rollbook-testing/event-relay';
import { describeWithServers } from '@rollbook-servers';

const LIFE = ['ClientRegistered', 'ClientUpdated', 'ClientSuspended', 'ClientReinstated', 'ClientDeleted'];
const WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 50;
/** Of kafkajs's own: Node warns of timers that are set to the past. */
const WITHOUT_WARNINGS = '--disable-warning=TimeoutNegativeWarning';

/** Tries until it holds; when the time is up, says why it does not. */
async function eventually(holds: () => Promise<void> | void): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

/** Clients that are registered, changed, suspended, reinstated, and a fifth of them deleted. Gives how many events. */
async function live({ log }: PublishingWorld, clients: number): Promise<number> {
  const before = await log.head();
  await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      const stream = newStream();
      for (const [version, type] of LIFE.slice(0, 1 + (i % LIFE.length)).entries()) {
        await log.append(lifeEvent(stream, version, type));
      }
    }),
  );
  return (await log.head()) - before;
}

/** The example as somebody would start it, on a file of its own. */
function startConsumer({ connection, topics }: PublishingWorld, viewFile: string) {
  const child = spawn(process.execPath, [WITHOUT_WARNINGS, 'dist/examples/consumer/main.js'], {
    env: {
      PATH: process.env['PATH'],
      KAFKA_BROKERS: connection.brokers.join(','),
      TOPIC_PREFIX: topics.prefix,
      VIEW_FILE: viewFile,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  const sumOf = (pattern: RegExp) =>
    [...output.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
  return {
    bootstraps: () =>
      [...output.matchAll(/^bootstrapped (\d+) clients$/gm)].map(([, count]) => Number(count)),
    applied: () => sumOf(/^took in (\d+) events/gm),
    repeats: () => sumOf(/passed over (\d+) repeats$/gm),
    errors: () => errors,
    end,
  };
}

/** What the file should say of every client in the log: the fold of its stream, without deleted ones. */
async function due({ log }: PublishingWorld): Promise<Record<string, unknown>> {
  const streams = new Map<string, ClientEvent[]>();
  for (const { streamId, text } of await readWholeLog(log, 1_000)) {
    streams.set(streamId, [...(streams.get(streamId) ?? []), readEvent(text)]);
  }
  return Object.fromEntries(
    [...streams].flatMap(([streamId, events]) => {
      const { client_id, status, metadata, secrets, streamVersion } = fold(events);
      return status === 'deleted'
        ? []
        : [[streamId, { client_id, status, metadata, secrets, streamVersion }]];
    }),
  );
}

const clientsIn = (viewFile: string): unknown =>
  Object.fromEntries(
    (JSON.parse(readFileSync(viewFile, 'utf8')) as { clients: [string, unknown][] }).clients,
  );

async function agrees(world: PublishingWorld, viewFile: string): Promise<void> {
  const wanted = await due(world);
  await eventually(() => expect(clientsIn(viewFile)).toEqual(wanted));
}

/** Until the topic of clients holds all that is in the log. */
async function statesPublished({ connection, topics, log }: PublishingWorld): Promise<void> {
  const whole = await readWholeLog(log, 1_000);
  await eventually(async () => checkStates(await readStates(connection, topics.prefix), whole));
}

/** Puts records on the topic of events that no publisher would put there, at this moment. */
async function put(
  { connection, topics }: PublishingWorld,
  events: readonly Omit<PublishedEvent, 'offset'>[],
) {
  const kafka = new kafkajs.Kafka({
    brokers: [...connection.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    for (const { partition, streamId, text, position, previousPosition, streamVersion } of events) {
      const headers = {
        ce_position: String(position),
        ce_prevposition: String(previousPosition),
        ce_streamversion: String(streamVersion),
      };
      const messages = [{ key: streamId, value: text, partition, headers }];
      await producer.send({ topic: topicNames(topics.prefix).events, acks: -1, messages });
    }
  } finally {
    await producer.disconnect();
  }
}

async function inConsumedWorld(
  work: (
    world: PublishingWorld,
    viewFile: string,
    start: () => ReturnType<typeof startConsumer>,
  ) => Promise<void>,
): Promise<void> {
  await inPublishingWorld(async (world) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-consumer-'));
    const viewFile = path.join(folder, 'clients.json');
    const started: ReturnType<typeof startConsumer>[] = [];
    try {
      await work(world, viewFile, () => {
        const consumer = startConsumer(world, viewFile);
        started.push(consumer);
        return consumer;
      });
    } finally {
      await Promise.all(started.map((consumer) => consumer.end('SIGKILL')));
      rmSync(folder, { recursive: true });
    }
  });
}

describeWithServers('the example consumer', ['kafka', 'mongodb'], () => {
  test('design §7 · bootstraps from the states, goes live, is killed and goes on where it was', async () => {
    await inConsumedWorld(async (world, viewFile, start) => {
      world.publisher();
      world.publisher({ publishes: 'states' });
      await live(world, 25);
      await statesPublished(world);

      const first = start();
      await agrees(world, viewFile);
      // All of it is from the states: there was nothing to take in from the events.
      expect([first.bootstraps(), first.applied()]).toEqual([[Object.keys(await due(world)).length], 0]);

      const later = await live(world, 15);
      await agrees(world, viewFile);
      expect(first.applied()).toBe(later);
      expect(await first.end('SIGKILL')).toBeNull();

      const meanwhile = await live(world, 15);
      const second = start();
      await agrees(world, viewFile);
      expect([second.bootstraps(), second.applied()]).toEqual([[], meanwhile]);
      expect([first.errors(), second.errors()]).toEqual(['', '']);
      expect(await second.end('SIGTERM')).toBe(0);
    });
  }, 180_000);

  test('design §7 · repeats change nothing; a missing record is noticed, and mended by a new bootstrap', async () => {
    await inConsumedWorld(async (world, viewFile, start) => {
      const { log, connection, topics } = world;
      const events = world.publisher();
      world.publisher({ publishes: 'states' });
      await live(world, 10);
      await statesPublished(world);
      const consumer = start();
      await agrees(world, viewFile);

      const published = await readPublished(connection, topics.prefix);
      const again = published.flat().slice(0, 7);
      await put(world, again);
      await eventually(() => expect(consumer.repeats()).toBe(again.length));
      await agrees(world, viewFile);
      expect([consumer.errors(), consumer.bootstraps().length]).toEqual(['', 1]);

      await events.stop();
      const stream = newStream();
      await log.append(lifeEvent(stream, 0, 'ClientRegistered'));
      await log.append(lifeEvent(stream, 1, 'ClientUpdated'));
      const [second] = (await readWholeLog(log, 1_000)).slice(-1);
      if (second === undefined) throw new Error('two events were appended');
      const partition = partitionOf(stream, published.length);
      await put(world, [{ ...second, partition, previousPosition: second.position - 1 }]);
      await eventually(() => expect(consumer.errors()).toMatch(`Gap: partition ${partition} lacks`));
      await agrees(world, viewFile);
      expect(consumer.bootstraps().length).toBeGreaterThan(1);

      // Publishing goes on: what was missing comes late, when it is known already.
      const bootstraps = consumer.bootstraps().length;
      world.publisher();
      await live(world, 10);
      await agrees(world, viewFile);
      expect(consumer.bootstraps()).toHaveLength(bootstraps);
    });
  }, 180_000);
});
