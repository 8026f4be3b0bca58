import http from 'node:http';
import type net from 'node:net';
import { startKafka, type OwnKafka } from './kafka.js';
import { startMongodb, type MongodbKind, type OwnMongodb } from './mongodb.js';
import { LOOPBACK } from './ports.js';
import { announceRun, sourceOf } from './run-environment.js';
import { findSources } from './sources.js';

/** The servers that every suite of a run shares. */
export type SharedServers = {
  kafka: { brokers: string[]; kind: OwnKafka['kind'] | 'environment' };
  mongodb: { url: string; kind: MongodbKind | 'environment' };
};

type Run = {
  endpoint: http.Server;
  kafka?: Promise<Started<SharedServers['kafka']>>;
  mongodb?: Promise<Started<SharedServers['mongodb']>>;
};
type Started<Shared> = { shared: Shared; stop: () => Promise<void> };
let run: Run | null = null;

/**
 * Begins a test run in the process that starts the workers: finds out where servers can come from and offers them on
 * an address of the loopback interface. None is started before a suite asks for it. A second call changes nothing.
 */
export async function beginRun(): Promise<void> {
  if (run !== null) return;
  const endpoint = http.createServer((request, response) => {
    const name = request.url === '/kafka' ? 'kafka' : request.url === '/mongodb' ? 'mongodb' : null;
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (name === null) answer(404, { error: 'no such server' });
    else {
      sharedServer(name).then(
        (shared) => answer(200, shared),
        (error: unknown) => answer(500, { error: String(error) }),
      );
    }
  });
  run = { endpoint };
  await new Promise<void>((resolve) => endpoint.listen(0, LOOPBACK, resolve));
  endpoint.unref();
  const { port } = endpoint.address() as net.AddressInfo;
  announceRun({ endpoint: `http://${LOOPBACK}:${port}`, sources: await findSources() });
}

/** Stops whatever the run has started. A second call changes nothing. */
export async function endRun(): Promise<void> {
  const ending = run;
  run = null;
  announceRun(null);
  if (ending === null) return;
  // What failed to start has said so to those who asked, and left nothing to stop.
  await Promise.allSettled([
    ending.kafka?.then(({ stop }) => stop()),
    ending.mongodb?.then(({ stop }) => stop()),
  ]);
  ending.endpoint.closeAllConnections();
  await new Promise((resolve) => ending.endpoint.close(resolve));
}

async function sharedServer(name: keyof SharedServers): Promise<object> {
  if (run === null) throw new Error('the run is over');
  if (name === 'kafka') run.kafka ??= sharedKafka();
  else run.mongodb ??= sharedMongodb();
  return (await run[name])?.shared ?? {};
}

async function sharedKafka(): Promise<Started<SharedServers['kafka']>> {
  const named = process.env['ROLLBOOK_TEST_KAFKA_BROKERS'];
  if ((await sourceOf('kafka')) === 'environment' && named !== undefined) {
    say('Kafka', 'the one that ROLLBOOK_TEST_KAFKA_BROKERS names');
    return { shared: { brokers: named.split(','), kind: 'environment' }, stop: async () => undefined };
  }
  const own = await startKafka({ isKilled: false });
  say('Kafka', `a ${own.kind} at ${own.brokers.join(',')}`);
  return { shared: { brokers: own.brokers, kind: own.kind }, stop: own.stop };
}

async function sharedMongodb(): Promise<Started<SharedServers['mongodb']>> {
  const named = process.env['ROLLBOOK_TEST_MONGODB_URL'];
  if ((await sourceOf('mongodb')) === 'environment' && named !== undefined) {
    // Its URL may carry a password.
    say('MongoDB', 'the one that ROLLBOOK_TEST_MONGODB_URL names');
    return { shared: { url: named, kind: 'environment' }, stop: async () => undefined };
  }
  const own: OwnMongodb = await startMongodb();
  say('MongoDB', `${own.kind} at ${own.url}`);
  return { shared: { url: own.url, kind: own.kind }, stop: own.stop };
}

const say = (server: string, which: string) =>
  process.stderr.write(`rollbook: ${server} of this run: ${which}\n`);
