import kafkajs, { type Producer, type ProducerConfig, type Transaction } from 'kafkajs';
import { SendUnclear } from '../event-sender.js';
import { type StateSender, Superseded } from '../state/state-sender.js';
import { closeSoon, SEND_TIMEOUT_MS, within } from './kafka-sender.js';

const ALL_IN_SYNC = -1;
/** Kafka ends a transaction whose producer is gone after so long; until then consumers see nothing behind it. */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Older producers' transactions have to end first, and a broker that has just started loads what it knows of them. */
const TAKEOVER_TIMEOUT_MS = 30_000;
/** Waiting for the coordinator is the rule, not the exception: with kafkajs's 300 ms every transaction would take that. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 500, factor: 0.2, multiplier: 2, retries: 12 };
/** What Kafka answers to a producer whose transactional id another one has taken since. */
const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);

/** What is used of kafkajs. */
export type TransactionalProducer = Pick<Producer, 'connect' | 'disconnect'> & {
  transaction(): Promise<Pick<Transaction, 'send' | 'commit' | 'abort'>>;
};

/** In transactions that are given up, so nobody sees it; a compacted topic takes no record without a key. */
const TAKEOVER_KEY = 'takeover';

/**
 * A transactional producer, one transaction per send. Opening it takes the transactional id: what an older producer
 * has open is ended, and whatever it sends later is refused. Only `transaction().send()` is refused to an older one;
 * the plain `send()` of a transactional producer is not.
 *
 * @param options.transactionalId the same in every process that publishes to this topic
 * @param options.partitions of the topic
 * @returns `ends`: by partition, the offset below which everything of the older producers is; see {@link takeOver}
 */
export async function openKafkaStateSender(
  kafka: { producer(config: ProducerConfig): TransactionalProducer },
  topic: string,
  { transactionalId, partitions }: { transactionalId: string; partitions: number },
): Promise<StateSender & { ends: readonly number[] }> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    retry: RETRY,
  });
  let ends: readonly number[];
  try {
    await producer.connect();
    ends = await within(takeOver(producer, topic, partitions), TAKEOVER_TIMEOUT_MS);
  } catch (error) {
    await closeSoon(producer);
    throw isFenced(error) ? new Superseded(error) : error;
  }
  return {
    ends,
    async send(partition, messages) {
      try {
        await within(sendInTransaction(producer, topic, partition, messages), SEND_TIMEOUT_MS);
      } catch (error) {
        throw isFenced(error) ? new Superseded(error) : error;
      }
    },
    close: () => closeSoon(producer),
  };
}

/**
 * Shuts the older producers out, and finds where their records end. kafkajs takes the transactional id with the first
 * transaction; this one writes a record to every partition, and is given up.
 *
 * Where the topic ends cannot be asked for. Kafka names the end of what is decided, and a transaction that was committed can
 * be undecided on some partition for good: while that has no leader (its broker was killed, and just comes back), Kafka
 * takes it for deleted and ends the transaction without it. The next transaction there decides for those records as well,
 * so that they would come to light behind the states that were published again. This one gives them up. Behind its record
 * nothing of an older producer can come, and whoever has read past it knows the outcome of all that is before it.
 *
 * @returns the offsets of these records, by partition
 */
async function takeOver(
  producer: TransactionalProducer,
  topic: string,
  partitions: number,
): Promise<readonly number[]> {
  const transaction = await producer.transaction();
  const ends: number[] = [];
  try {
    const messages = Array.from({ length: partitions }, (_, partition) => ({
      key: TAKEOVER_KEY,
      value: null,
      partition,
    }));
    for (const one of await transaction.send({ topic, acks: ALL_IN_SYNC, messages }))
      if (one.topicName === topic && one.errorCode === 0 && one.baseOffset !== undefined)
        ends[one.partition] = Number(one.baseOffset);
  } catch (error) {
    await transaction.abort().catch(() => undefined);
    throw error;
  }
  await transaction.abort();
  for (let partition = 0; partition < partitions; partition++)
    if (ends[partition] === undefined)
      throw new SendUnclear(`Kafka's answer does not say where partition ${partition} of ${topic} ends`);
  return ends;
}

async function sendInTransaction(
  producer: TransactionalProducer,
  topic: string,
  partition: number,
  messages: Parameters<StateSender['send']>[1],
): Promise<void> {
  const transaction = await producer.transaction();
  try {
    const answer = await transaction.send({
      topic,
      acks: ALL_IN_SYNC,
      messages: messages.map(({ key, value, headers }) => ({ key, value, headers, partition })),
    });
    const sent = answer.filter((one) => one.topicName === topic && one.partition === partition);
    if (sent.length !== 1 || sent[0]?.errorCode !== 0) {
      throw new SendUnclear(
        `Kafka's answer does not say that the states of partition ${partition} are there`,
      );
    }
  } catch (error) {
    // The next producer ends the transaction, should this not go through.
    await transaction.abort().catch(() => undefined);
    throw error;
  }
  await transaction.commit();
}

/** kafkajs wraps what the broker answered, sometimes more than once. */
function isFenced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof kafkajs.KafkaJSProtocolError && FENCED.has(cause.type)) return true;
  }
  return false;
}
