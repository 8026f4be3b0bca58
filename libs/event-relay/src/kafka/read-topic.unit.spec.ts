import { expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { readRanges } from './read-topic.js';

test('design §8 · a reading that is given up while it joins its group stops the consumer once it has joined', async () => {
  const asked: string[] = [];
  const joined = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const consumer = {
    events: { CRASH: 'crash', END_BATCH_PROCESS: 'end' },
    on: () => undefined,
    connect: async () => void asked.push('connect'),
    subscribe: async () => void asked.push('subscribe'),
    run: () => {
      asked.push('join');
      return joined.promise.then(() => void asked.push('joined'));
    },
    seek: () => undefined,
    // kafkajs hears this only of a consumer that has joined.
    disconnect: async () => {
      asked.push('disconnect');
      stopped.resolve();
    },
  };
  const kafka = { consumer: () => consumer } as unknown as Kafka;
  const giveUp = new AbortController();
  const reading = readRanges(kafka, 'topic', [{ from: 0, end: 1 }], () => undefined, giveUp.signal);
  await new Promise(setImmediate);
  giveUp.abort(new Error('enough'));
  await new Promise(setImmediate);
  expect(asked).toEqual(['connect', 'subscribe', 'join']);
  joined.resolve();
  await expect(reading).rejects.toThrow('enough');
  await stopped.promise;
  expect(asked).toEqual(['connect', 'subscribe', 'join', 'joined', 'disconnect']);
});
