import { expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { openKafkaSender } from './kafka-sender.js';

test('design §8 · a producer whose connecting fails is closed: some of its connections may be open', async () => {
  const asked: string[] = [];
  const producer = {
    connect: async () => {
      asked.push('connect');
      throw new Error('no answer');
    },
    disconnect: async () => void asked.push('disconnect'),
  };
  const kafka = { producer: () => producer } as unknown as Kafka;
  await expect(openKafkaSender(kafka, 'rollbook.events.v1')).rejects.toThrow('no answer');
  expect(asked).toEqual(['connect', 'disconnect']);
});
