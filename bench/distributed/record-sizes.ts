import { kafkaClients, topicNames } from '@rollbook/event-relay';
import type { Distributed } from '../../test/support/distributed/distributed.js';

/** Octets of a record beside its key, value and headers: lengths, attributes, and its share of a small batch. */
const AROUND_RECORD = 12;
const AROUND_HEADER = 2;

/** By then what was published must have been read. */
const READ_WITHIN_MS = 60_000;

/**
 * Average octets of the records of both topics, uncompressed, as they lie in a segment.
 *
 * @param wanted records that each of the topics has at least
 */
export async function watchRecords(
  { brokers, topicPrefix }: Distributed,
  wanted: number,
): Promise<[string, number][]> {
  const newClient = await kafkaClients({ brokers, tls: false, sasl: null, clientId: 'rollbook-bench' });
  const consumer = newClient().consumer({ groupId: `${topicPrefix}-sizes`, maxWaitTimeInMs: 100 });
  const { events, clients } = topicNames(topicPrefix);
  const totals = new Map([events, clients].map((topic) => [topic, { records: 0, octets: 0 }]));
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [events, clients], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const late = () => reject(new Error(`not both topics have ${wanted} records`));
      setTimeout(late, READ_WITHIN_MS).unref();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachMessage = async ({ topic, message }: { topic: string; message: Message }) => {
        const total = totals.get(topic);
        if (total === undefined) return;
        total.records++;
        total.octets += octetsOf(message);
        if ([...totals.values()].every(({ records }) => records >= wanted)) resolve();
        await Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return [...totals].map(([topic, { octets, records }]) => [
    `record of ${topic.slice(topicPrefix.length + 1)}`,
    octets / records,
  ]);
}

type Message = {
  key: Buffer | null;
  value: Buffer | null;
  headers?: { [name: string]: Buffer | string | (Buffer | string)[] | undefined };
};

function octetsOf({ key, value, headers = {} }: Message): number {
  const headerOctets = Object.entries(headers).reduce(
    (sum, [name, content]) => sum + name.length + Buffer.byteLength(String(content ?? '')) + AROUND_HEADER,
    0,
  );
  return (key?.length ?? 0) + (value?.length ?? 0) + headerOctets + AROUND_RECORD;
}
