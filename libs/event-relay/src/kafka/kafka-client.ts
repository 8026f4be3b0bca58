import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { KafkaUnavailable, type KafkaConnection } from '../connection.js';
import { ClientSockets } from './client-sockets.js';
import { endFetchingWhenStopped } from './stopped-consumers.js';

const CONNECTION_TIMEOUT_MS = 3_000;
const AUTHENTICATION_TIMEOUT_MS = 5_000;
/** A broker waits at most this long for its followers; an answer that takes longer will not come. */
export const REQUEST_TIMEOUT_MS = 10_000;

let clients = 0;

/**
 * kafkajs with the settings that hold for every client of ours. It retries little by itself and logs nothing: whoever
 * uses it tries again, with a new client, and says why.
 *
 * Every client begins with another broker than the one before. kafkajs begins with the first of its list, and goes on to
 * the next where nobody listens; a broker that takes the connection and never answers (frozen, or behind a dead link)
 * it does not leave, so with one list for all no client could get past that broker.
 *
 * @param options.retries of connecting and of metadata; the seed brokers are tried in turn
 */
export function kafkaClient(connection: KafkaConnection, options: { retries?: number } = {}): Kafka {
  endFetchingWhenStopped();
  const { brokers, tls, sasl, clientId } = connection;
  const sockets = new ClientSockets();
  const kafka = new Kafka({
    socketFactory: sockets.factory,
    brokers: beginningWith(brokers, clients++),
    clientId,
    ...(tls === false ? {} : { ssl: tls === true || tls.ca === undefined ? true : { ca: [tls.ca] } }),
    ...(sasl === null ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: AUTHENTICATION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: {
      retries: options.retries ?? brokers.length + 1,
      initialRetryTime: 50,
      maxRetryTime: 1_000,
      factor: 0.2,
      multiplier: 2,
    },
    logLevel: logLevel.NOTHING,
  });
  sockets.belongTo(kafka);
  return kafka;
}

function beginningWith(brokers: readonly string[], index: number): string[] {
  const first = index % brokers.length;
  return [...brokers.slice(first), ...brokers.slice(0, first)];
}

/** Says in one sentence that Kafka did not do something, and why; `error` is what kafkajs threw. */
export function unavailable(connection: KafkaConnection, what: string, error: unknown): KafkaUnavailable {
  const reason = error instanceof Error ? error.message : String(error);
  return new KafkaUnavailable(`Kafka (${connection.brokers.join(', ')}) ${what}: ${reason}`, error);
}
