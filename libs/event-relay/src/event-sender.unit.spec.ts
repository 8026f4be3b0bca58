import { describe, expect, test } from '@jest/globals';
import { eventRecord } from './event-record.js';
import { acceptAnswer, SendUnclear, type SentPartition } from './event-sender.js';

const text = JSON.stringify({ eventId: 'e', type: 'ClientDeleted', schemaVersion: 1, recordedAt: 'r' });
const record = (position: number, partition: number) =>
  eventRecord(
    { position, streamId: 's', streamVersion: 1, text },
    { partition, previousPosition: 0, source: '' },
  );
const records = [record(1, 0), record(2, 2), record(3, 0)];
const answer = (partition: number, errorCode = 0, baseOffset: string | null = '10'): SentPartition => ({
  partition,
  errorCode,
  baseOffset,
});

describe('acceptAnswer', () => {
  test('design §7 · an answer that names every partition with error 0 counts, and says where the records are', () => {
    expect(acceptAnswer(records, [answer(2, 0, '7'), answer(0)])).toEqual(
      new Map([
        [0, { first: 10, last: 11 }],
        [2, { first: 7, last: 7 }],
      ]),
    );
  });

  test('design §7 · a broker that names no offset has taken the records all the same', () => {
    expect(acceptAnswer(records, [answer(0, 0, null), answer(2)])).toEqual(
      new Map([[2, { first: 10, last: 10 }]]),
    );
  });

  test.each<[string, SentPartition[], string]>([
    ['nothing', [], "Kafka's answer does not name every partition that was sent: 0, 2 missing"],
    [
      'a partition less',
      [answer(0)],
      "Kafka's answer does not name every partition that was sent: 2 missing",
    ],
    [
      'another partition',
      [answer(0), answer(1)],
      "Kafka's answer does not name every partition that was sent: 2 missing",
    ],
    ['an error', [answer(0), answer(2, 19)], 'Kafka refused partition 2 (error 19)'],
    [
      'an error of one that another answer accepts',
      [answer(0), answer(2), answer(2, 6)],
      'Kafka refused partition 2 (error 6)',
    ],
  ])('design §7 · an answer does not count that names %s', (_, answers, says) => {
    expect(() => acceptAnswer(records, answers)).toThrow(SendUnclear);
    expect(() => acceptAnswer(records, answers)).toThrow(says);
  });
});
