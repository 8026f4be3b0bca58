import { randomUUID } from 'node:crypto';
import type { EventLog } from '@rollbook/event-log';
import type { ProjectionStatus, ReadModels } from '@rollbook/read-models';
import { eventText, registrationText } from './client-events.js';

/** Milliseconds that a suite waits for a model before it says what is missing. */
const PATIENCE_MS = 30_000;

/** Waits until the status of the clients model is as wanted; gives that status. */
export async function statusWhen(
  models: ReadModels,
  wanted: (status: ProjectionStatus) => boolean,
): Promise<ProjectionStatus> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const [status] = await models.projections();
    if (status !== undefined && wanted(status)) return status;
    if (Date.now() > until) throw new Error(`the model never got there: ${JSON.stringify(status)}`);
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}

/** Waits until everything in the log is in the model, and no rebuild is under way. */
export async function caughtUp(log: Pick<EventLog, 'head'>, models: ReadModels): Promise<ProjectionStatus> {
  const head = await log.head();
  models.wake();
  return statusWhen(
    models,
    ({ position, rebuild }) => position >= head && (rebuild === null || rebuild.state === 'failed'),
  );
}

/** Appends one event of a client as it is, whatever the projection will say to it. */
export async function appendEvent(
  log: EventLog,
  client_id: string,
  streamVersion: number,
  type: string,
  data: object,
  schemaVersion?: number,
): Promise<void> {
  await log.append({
    streamId: `client-${client_id}`,
    expectedVersion: streamVersion - 1,
    events: [eventText({ type, client_id, streamVersion, data, ...(schemaVersion && { schemaVersion }) })],
    commitId: randomUUID(),
  });
}

/** Registers clients, each in a commit of its own, as many at a time as the log takes. */
export async function appendRegistrations(
  log: EventLog,
  clients: readonly { client_id: string; metadata?: object; client_id_issued_at?: number }[],
): Promise<void> {
  const CONCURRENT = 100;
  for (let i = 0; i < clients.length; i += CONCURRENT) {
    await Promise.all(
      clients.slice(i, i + CONCURRENT).map(({ client_id, metadata, client_id_issued_at }) =>
        log.append({
          streamId: `client-${client_id}`,
          expectedVersion: 0,
          events: [registrationText(client_id, metadata, client_id_issued_at)],
          commitId: randomUUID(),
        }),
      ),
    );
  }
}

/** Names of clients that sort like their numbers. */
export const clientIds = (count: number, prefix = 'c'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);
