import type { StoredEvent } from '../../event-log.js';
import { LogUnavailable } from '../../refusals.js';
import { MAX_BATCH_COMMANDS, MAX_BATCH_OCTETS } from './batch.js';
import type { LogCollection } from './log-collection.js';
import { commitKey, documentOctets, type LogDocument } from './log-document.js';
import { logReads } from './log-reads.js';
import { LogTail } from './log-tail.js';
import { StreamPlaces } from './stream-places.js';
import { systemClock } from './system-clock.js';

/** What an import found and did. */
export type Imported = {
  /** events that were missing and are in the log now */
  imported: number;
  /** events that the log already had, compared octet for octet */
  present: number;
  /** position of the newest event afterwards */
  head: number;
};

/** The given events and the log do not fit together. What was imported before stays; it was right. */
export class ImportRefused extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'ImportRefused';
  }
}

/** Requests for one batch before the database counts as unavailable. */
const ATTEMPTS = 5;

/**
 * Puts events that the log has lost back at exactly their positions, each as a commit of its own with its stream's
 * next number (design §8). Safe to repeat, and to stop anywhere.
 *
 * @param events in position order without a gap, the first at most one after the log's head; what the log still has
 *   may be among them
 * @throws ImportRefused when an event differs from what stands at its position, or does not continue log and stream
 * @throws LogUnavailable
 */
export async function importInto(
  collection: LogCollection,
  events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
  onProgress: (progress: Imported) => void = () => {},
): Promise<Imported> {
  const places = new StreamPlaces(collection);
  const tail = new LogTail(collection, systemClock, { restored: () => {} });
  const { readAll } = logReads({ collection, places, tail });
  const progress: Imported = { imported: 0, present: 0, head: await tail.read() };

  const compare = async (given: readonly StoredEvent[]): Promise<void> => {
    const after = (given[0]?.position ?? 1) - 1;
    const found = await readAll({ after, limit: given.length });
    for (const [i, event] of given.entries()) {
      if (!isSame(event, found[i])) {
        throw new ImportRefused(`the log has another event at position ${event.position}`);
      }
    }
  };

  /** The document of an event that the log does not have; the numbers of its batch's streams come before the log's. */
  const documentOf = async (event: StoredEvent, ends: Map<string, { version: number; n: number }>) => {
    const { streamId, streamVersion, position, text } = event;
    let end = ends.get(streamId);
    if (end === undefined) {
      const next = await places.after(streamId, streamVersion - 1);
      end = next.kind === 'free' ? { version: streamVersion - 1, n: next.n - 1 } : { version: -1, n: 0 };
    }
    if (end.version !== streamVersion - 1) {
      throw new ImportRefused(
        `position ${position} does not continue its stream at version ${streamVersion}`,
      );
    }
    ends.set(streamId, { version: streamVersion, n: end.n + 1 });
    const commit = commitKey(streamId, end.n + 1);
    return { _id: position, count: 1, commit, fromVersion: streamVersion, events: [text] };
  };

  const insert = async (given: readonly StoredEvent[]): Promise<void> => {
    const ends = new Map<string, { version: number; n: number }>();
    const documents: LogDocument[] = [];
    for (const event of given) documents.push(await documentOf(event, ends));
    let because = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const missing = documents.filter(({ _id }) => _id > tail.head);
      const inserted = missing.length === 0 ? null : await collection.insertOrdered(missing);
      if (inserted !== null && !inserted.acknowledged) because = inserted.because;
      if ((await tail.read()) < (given.at(-1)?.position ?? 0)) continue;
      for (const document of documents) places.note(document);
      if (inserted?.acknowledged !== true) await compare(given); // else who put them there?
      return;
    }
    throw new LogUnavailable('storage', `the import was given up: ${because}`, { outcome: 'unknown' });
  };

  const take = async (given: StoredEvent[]): Promise<void> => {
    const known = given.filter(({ position }) => position <= tail.head);
    const lost = given.slice(known.length);
    const first = lost[0]?.position;
    if (first !== undefined && first !== Math.max(tail.head, known.at(-1)?.position ?? 0) + 1) {
      throw new ImportRefused(`position ${tail.head + 1} is missing from what is imported`);
    }
    if (known.length > 0) await compare(known);
    if (lost.length > 0) await insert(lost);
    progress.present += known.length;
    progress.imported += lost.length;
    progress.head = tail.head;
    onProgress({ ...progress });
  };

  let previous = 0;
  for await (const batch of inBatches(events)) {
    for (const { position } of batch) {
      if (previous > 0 && position !== previous + 1) {
        throw new ImportRefused(`position ${position} follows position ${previous} in what is imported`);
      }
      previous = position;
    }
    await take(batch);
  }
  return progress;
}

const isSame = (a: StoredEvent, b: StoredEvent | undefined): boolean =>
  b !== undefined &&
  a.position === b.position &&
  a.streamId === b.streamId &&
  a.streamVersion === b.streamVersion &&
  a.text === b.text;

/** Batches that fit into one request. */
async function* inBatches(
  events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
): AsyncGenerator<StoredEvent[]> {
  let batch: StoredEvent[] = [];
  let octets = 0;
  for await (const event of events) {
    const more = documentOctets({ streamId: event.streamId, events: [event.text] });
    if (batch.length === MAX_BATCH_COMMANDS || octets + more > MAX_BATCH_OCTETS) {
      yield batch;
      batch = [];
      octets = 0;
    }
    batch.push(event);
    octets += more;
  }
  if (batch.length > 0) yield batch;
}
