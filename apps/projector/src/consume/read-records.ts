import { readPublishedEvent } from '@rollbook/event-relay';
import type { KafkaMessage } from 'kafkajs';
import type { ReadRecord } from './take-batch.js';

/** The records of one fetch of a partition, each read by its headers; one that is none of ours says why. */
export function readRecords(partition: number, messages: readonly KafkaMessage[]): ReadRecord[] {
  return messages.map((message) => {
    const { offset } = message;
    try {
      return { offset, event: readPublishedEvent(partition, message) };
    } catch (error) {
      return { offset, unreadable: error instanceof Error ? error.message : String(error) };
    }
  });
}
