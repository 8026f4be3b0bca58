import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { endFetchingWhenStopped } from './stopped-consumers.js';

type Runner = { start(): Promise<void>; stop(): Promise<void> };
type ConsumerGroup = {
  connect(): Promise<void>;
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
  heartbeat(): Promise<void>;
  getNodeIds(): readonly number[];
  fetch(nodeId: number): Promise<readonly []>;
};

/** No consumer asks so often who its brokers are, unless it goes round and round. */
const MANY = 1_000;

function runnerOf(consumerGroup: ConsumerGroup): Runner {
  const RunnerOfKafkajs = createRequire(import.meta.url)('kafkajs/src/consumer/runner') as new (
    options: object,
  ) => Runner;
  const nothing = () => undefined;
  const silent = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    namespace: (): object => silent,
  };
  return new RunnerOfKafkajs({
    logger: silent,
    consumerGroup,
    instrumentationEmitter: new EventEmitter(),
    concurrency: 1,
    onCrash: () => undefined,
    retry: { initialRetryTime: 1, retries: 1 },
  });
}

test('design §7 · a consumer stopped while a broker goes ends, and does not go round', async () => {
  endFetchingWhenStopped();
  let nodeIds: readonly number[] = [0, 1];
  let asked = 0;
  let left = 0;
  const slow = Promise.withResolvers<readonly []>();
  const nothing = async () => undefined;
  const runner = runnerOf({
    connect: nothing,
    joinAndSync: nothing,
    heartbeat: nothing,
    leave: async () => {
      left += 1;
    },
    getNodeIds: () => {
      asked += 1;
      if (asked > MANY) throw new RangeError('round and round');
      return nodeIds;
    },
    // Broker 0 has nothing and says so at once, broker 1 does not answer.
    fetch: async (nodeId) => (nodeId === 0 ? (await nextTurn(), []) : slow.promise),
  });
  await runner.start();
  await nextTurn();
  nodeIds = [1]; // broker 0 goes: its fetcher ends, the other one is waited for
  await nextTurn();
  await nextTurn();
  const stopped = runner.stop();
  slow.resolve([]);
  await stopped;
  expect(left).toBe(1);
  expect(asked).toBeLessThan(MANY);
});
