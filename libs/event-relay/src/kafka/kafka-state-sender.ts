import kafkajs, { type ProducerConfig } from 'kafkajs';
import { type StateSender, Superseded } from '../state/state-sender.js';
import { closeSoon, SEND_TIMEOUT_MS, within } from './kafka-sender.js';
import { StateTransactions, type TransactionalProducer } from './state-transactions.js';

/** Kafka ends a transaction whose producer is gone after so long; until then consumers see nothing behind it. */
const TRANSACTION_TIMEOUT_MS = 15_000;
/** Older producers' transactions have to end first, and a broker that has just started loads what it knows of them. */
const TAKEOVER_TIMEOUT_MS = 30_000;
/** Waiting for the coordinator is the rule, not the exception: with kafkajs's 300 ms every transaction would take that. */
const RETRY = { initialRetryTime: 5, maxRetryTime: 500, factor: 0.2, multiplier: 2, retries: 12 };
/** What Kafka answers to a producer whose transactional id another one has taken since. */
const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING']);

/** In transactions that are given up, so nobody sees it; a compacted topic takes no record without a key. */
const TAKEOVER_KEY = 'takeover';

/**
 * A transactional producer, one transaction per send. Opening it takes the transactional id: what an older producer
 * has open is ended, and whatever it sends later is refused. Only `transaction().send()` is refused to an older one;
 * the plain `send()` of a transactional producer is not.
 *
 * @param options.transactionalId the same in every process that publishes to this topic
 * @param options.partitions of the topic
 * @param options.leaders by partition, the broker that leads it, as far as that is known
 * @returns `ends`: by partition, the offset below which everything of the older producers is; see {@link takeOver}
 */
export async function openKafkaStateSender(
  kafka: { producer(config: ProducerConfig): TransactionalProducer },
  topic: string,
  options: { transactionalId: string; partitions: number; leaders: readonly number[] },
): Promise<StateSender & { ends: readonly number[] }> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    transactionalId: options.transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    retry: RETRY,
  });
  const transactions = new StateTransactions(producer, topic, options.leaders);
  let ends: readonly number[];
  try {
    await producer.connect();
    ends = await within(takeOver(transactions, options.partitions), TAKEOVER_TIMEOUT_MS);
  } catch (error) {
    await closeSoon(producer);
    throw isFenced(error) ? new Superseded(error) : error;
  }
  return {
    ends,
    async send(parts) {
      const messages = parts.flatMap(({ partition, messages: states }) =>
        states.map(({ key, value, headers }) => ({ key, value, headers, partition })),
      );
      try {
        await within(transactions.commit(messages), SEND_TIMEOUT_MS);
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
async function takeOver(transactions: StateTransactions, partitions: number): Promise<number[]> {
  const landed = await transactions.giveUp(
    Array.from({ length: partitions }, (_, partition) => ({ key: TAKEOVER_KEY, value: null, partition })),
  );
  return Array.from({ length: partitions }, (_, partition) => landed.get(partition) ?? 0);
}

/** kafkajs wraps what the broker answered, sometimes more than once. */
function isFenced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof kafkajs.KafkaJSProtocolError && FENCED.has(cause.type)) return true;
  }
  return false;
}
