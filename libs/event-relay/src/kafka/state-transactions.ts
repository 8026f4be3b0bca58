import type { Message, Producer, RecordMetadata, Transaction } from 'kafkajs';
import { SendUnclear } from '../event-sender.js';

const ALL_IN_SYNC = -1;
/** What ends a transaction takes an offset of each of its partitions. */
const END_MARKER = 1;

/** What is used of kafkajs. */
export type OpenTransaction = Pick<Transaction, 'send' | 'commit' | 'abort'>;
export type TransactionalProducer = Pick<Producer, 'connect' | 'disconnect'> & {
  transaction(): Promise<OpenTransaction>;
};
/** A record with the partition that it goes to. */
export type PlacedMessage = Message & { partition: number };

/**
 * Transactions on one topic, whole or not at all, by the only producer that writes to it.
 *
 * A send of kafkajs that goes to several brokers is several requests at once. When one of them fails, kafkajs repeats all
 * that have no answer yet, also those that are still under way: then records are on Kafka twice. Waiting for the end of the
 * transaction before is such a failure, and the rule. So brokers are sent to one after the other; and where records
 * landed shows whether that was enough, because leaders change.
 */
export class StateTransactions {
  readonly #producer: TransactionalProducer;
  readonly #topic: string;
  readonly #leaders: readonly number[];
  /** By partition: the offset that its next record has. */
  readonly #next: number[] = [];

  /** @param leaders by partition, the broker that leads it; those that are not named are sent to at once */
  constructor(producer: TransactionalProducer, topic: string, leaders: readonly number[]) {
    this.#producer = producer;
    this.#topic = topic;
    this.#leaders = leaders;
  }

  /** Sends the messages in a transaction and commits it. @throws SendUnclear, and what kafkajs throws */
  commit(messages: readonly PlacedMessage[]): Promise<Map<number, number>> {
    return this.#inTransaction(messages, (transaction) => transaction.commit());
  }

  /** Sends the messages in a transaction and gives it up. @throws SendUnclear, and what kafkajs throws */
  giveUp(messages: readonly PlacedMessage[]): Promise<Map<number, number>> {
    return this.#inTransaction(messages, (transaction) => transaction.abort());
  }

  /** @returns by partition, the offset of its first record */
  async #inTransaction(
    messages: readonly PlacedMessage[],
    end: (transaction: OpenTransaction) => Promise<void>,
  ): Promise<Map<number, number>> {
    const transaction = await this.#producer.transaction();
    let landed: Map<number, number>;
    try {
      const answer: RecordMetadata[] = [];
      for (const group of Map.groupBy(messages, ({ partition }) => this.#leaders[partition]).values())
        answer.push(...(await transaction.send({ topic: this.#topic, acks: ALL_IN_SYNC, messages: group })));
      landed = this.#accept(messages, answer);
    } catch (error) {
      // The next producer ends the transaction, should this not go through.
      await transaction.abort().catch(() => undefined);
      throw error;
    }
    await end(transaction);
    return landed;
  }

  /** Each partition that was sent is to be named once, without an error, and to have nothing new before what was sent. */
  #accept(messages: readonly PlacedMessage[], answer: readonly RecordMetadata[]): Map<number, number> {
    const landed = new Map<number, number>();
    for (const [partition, { length }] of Map.groupBy(messages, (message) => message.partition)) {
      const named = answer.filter((one) => one.topicName === this.#topic && one.partition === partition);
      const [{ errorCode, baseOffset } = {}] = named;
      if (named.length !== 1 || errorCode !== 0 || baseOffset === undefined)
        throw new SendUnclear(
          `Kafka's answer does not say that what was sent to partition ${partition} of ${this.#topic} is there`,
        );
      const first = Number(baseOffset);
      if (first > (this.#next[partition] ?? first))
        throw new SendUnclear(`something else is on partition ${partition} of ${this.#topic}, or this twice`);
      this.#next[partition] = first + length + END_MARKER;
      landed.set(partition, first);
    }
    return landed;
  }
}
