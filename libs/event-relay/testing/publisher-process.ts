// A process to be killed and frozen: a publisher on the log of a database. Prints one line per change of its state
// and per send, written at once. Its argument is JSON (PublisherProcessOptions). Ends when its stdin closes.
import { writeSync } from 'node:fs';
import { openMongodbLogReader } from '@rollbook/event-log';
import { openEventPublisher, openStatePublisher } from '../src/index.js';
import type { PublisherProcessOptions } from './start-publisher.js';
import { plainConnection } from './read-published.js';

const options = JSON.parse(process.argv[2] ?? '{}') as PublisherProcessOptions;
const say = (line: string): unknown => writeSync(process.stdout.fd, `${line}\n`);
const log = await openMongodbLogReader(options.mongodb);
const open = options.publishes === 'states' ? openStatePublisher : openEventPublisher;
const publisher = await open({
  log,
  connection: plainConnection(options.brokers, options.instance),
  topics: { prefix: options.prefix, partitions: options.partitions, replicationFactor: null },
  source: 'http://localhost:3000',
  mongodb: { ...options.mongodb, database: options.publishersDatabase ?? options.mongodb.database },
  instance: options.instance,
  turnTimes: options.turnTimes,
  sendTimeoutMs: options.sendTimeoutMs,
  on: {
    changed: (state) => say(`state ${state}`),
    published: ({ position }) => say(`published ${position}`),
    failed: (error) => say(`failed ${error}`),
  },
});
process.stdin.resume();
process.stdin.once('end', () => {
  void publisher.close().then(() => log.close());
});
