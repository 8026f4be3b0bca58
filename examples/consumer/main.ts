// A complete consumer of Rollbook's topics (docs/consuming-events.md): keeps a file with the clients of now.
//
//   KAFKA_BROKERS=localhost:9092 VIEW_FILE=clients.json node dist/examples/consumer/main.js
//
// TOPIC_PREFIX: `rollbook` unless Rollbook is configured otherwise. KAFKA_TLS=true, KAFKA_USERNAME, KAFKA_PASSWORD as needed.
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { bootstrap } from './bootstrap.js';
import { follow } from './follow.js';
import { loadView, saveView } from './store.js';
import { topicsUnder } from './topics.js';
import { Gap, UnknownVersion, type View } from './view.js';

const {
  KAFKA_BROKERS = 'localhost:9092',
  KAFKA_TLS,
  KAFKA_USERNAME,
  KAFKA_PASSWORD = '',
  TOPIC_PREFIX = 'rollbook',
  VIEW_FILE = 'clients.json',
} = process.env;
const TRY_AGAIN_MS = 1_000;
const SAVE_EVERY_MS = 250;

const kafka = new kafkajs.Kafka({
  clientId: 'rollbook-example-consumer',
  brokers: KAFKA_BROKERS.split(','),
  ssl: KAFKA_TLS === 'true',
  logLevel: kafkajs.logLevel.NOTHING,
  ...(KAFKA_USERNAME
    ? { sasl: { mechanism: 'scram-sha-512', username: KAFKA_USERNAME, password: KAFKA_PASSWORD } }
    : {}),
});
const topics = topicsUnder(TOPIC_PREFIX);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

// #region main
let view: View | null = loadView(VIEW_FILE);
let changed = false;
const save = (): void => {
  if (!changed || view === null) return;
  saveView(VIEW_FILE, view);
  changed = false;
};
const saving = setInterval(save, SAVE_EVERY_MS);

while (!stopping.signal.aborted) {
  try {
    if (view === null) {
      view = await bootstrap(kafka, topics.clients, stopping.signal);
      changed = true;
      console.log(`bootstrapped ${view.clients.size} clients`);
    }
    const taken = ({ applied, repeats }: { applied: number; repeats: number }): void => {
      changed = true;
      console.log(`took in ${applied} events, passed over ${repeats} repeats`);
    };
    await follow(kafka, topics.events, view, taken, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) break;
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    if (error instanceof UnknownVersion) {
      process.exitCode = 1;
      break;
    }
    if (error instanceof Gap) view = null;
    await sleep(TRY_AGAIN_MS);
  }
}
clearInterval(saving);
save();
// #endregion main
