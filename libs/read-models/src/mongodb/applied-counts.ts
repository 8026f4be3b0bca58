import type { StoredEvent } from '@rollbook/event-log';
import type { PublishedEvent } from '@rollbook/event-relay';
import { clientIdOf, type FoldedBatch } from '../projection/fold-batch.js';
import type { Applied } from './mongodb-projector.js';

/** An event to take in; without an offset it is not from Kafka but from the log. */
export type Due = StoredEvent & { offset: string | null };
/** {@link Applied}, while it is being counted. */
export type Counts = { -readonly [Name in keyof Applied]: Applied[Name] } & {
  parked: Applied['parked'][number][];
};

export const nothingYet = (): Counts => ({
  last: null,
  events: 0,
  documents: 0,
  skippedEvents: 0,
  repairedGaps: 0,
  missedEvents: 0,
  lostRaces: 0,
  parked: [],
  unknown: null,
});

export const skippedEvents = ({ skipped }: Pick<FoldedBatch, 'skipped'>): number =>
  [...skipped.values()].reduce((total, events) => total + events, 0);

/** Adds what a chunk did, once it is in the model. */
export function count(
  applied: Counts,
  chunk: readonly Due[],
  batch: FoldedBatch,
  repairedGaps: number,
): void {
  const taken = chunk.filter(({ position }) => position <= (batch.last?.position ?? 0));
  applied.events += taken.length;
  applied.missedEvents += taken.filter(({ offset }) => offset === null).length;
  applied.documents += batch.changed.size;
  applied.skippedEvents += skippedEvents(batch);
  applied.repairedGaps += repairedGaps;
  applied.parked.push(...batch.parked.values());
  applied.unknown = batch.unknown;
}

/** Position of the last event of each client with skipped ones. */
export function skippedTo(chunk: readonly Due[], { skipped, last }: FoldedBatch): Map<string, number> {
  const positions = new Map<string, number>();
  if (skipped.size === 0) return positions;
  for (const { streamId, position } of chunk) {
    const client_id = clientIdOf(streamId);
    if (client_id === null || !skipped.has(client_id) || position > (last?.position ?? 0)) continue;
    positions.set(client_id, position);
  }
  return positions;
}

/** The last event of a run before the first that was not taken in. First occurrences come in order, repeats don't matter. */
export function lastTaken(events: readonly PublishedEvent[], notTaken: number): Applied['last'] {
  const end = events.findIndex(({ position }) => position >= notTaken);
  const last = end === -1 ? events.at(-1) : events[end - 1];
  return last === undefined ? null : { position: last.position, offset: last.offset };
}
