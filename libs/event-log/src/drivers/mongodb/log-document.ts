import type { Append, StoredEvent } from '../../event-log.js';
import { LogDamaged } from '../../refusals.js';

/** What one command appended, as it is stored (design §4). */
export type LogDocument = {
  /** Position of the first event. */
  _id: number;
  /** Number of events. */
  count: number;
  /** `<streamId>/<n>`, n counting the stream's commits from 1. */
  commit: string;
  /** Version of the first event in its stream. */
  fromVersion: number;
  /** The texts. */
  events: string[];
};

/** The newest document, without its texts. */
export type Tail = Pick<LogDocument, '_id' | 'count' | 'commit'>;

/** Position of a document's last event; 0 for an empty log. */
export const endOf = (tail: Pick<Tail, '_id' | 'count'> | null): number =>
  tail === null ? 0 : tail._id + tail.count - 1;

/** Version of a document's last event. */
export const lastVersionOf = ({ fromVersion, count }: LogDocument): number => fromVersion + count - 1;

export const commitKey = (streamId: string, n: number): string => `${streamId}/${n}`;

/** The stream and the number of a commit. A streamId may have slashes of its own: the last one counts. */
export function readCommitKey(commit: string): { streamId: string; n: number } {
  const slash = commit.lastIndexOf('/');
  const n = Number(commit.slice(slash + 1));
  if (slash < 0 || !Number.isSafeInteger(n) || n < 1)
    throw new LogDamaged(`${commit} is not a commit's name`);
  return { streamId: commit.slice(0, slash), n };
}

/** The events of one document, in order. */
export function eventsOf(document: LogDocument): StoredEvent[] {
  const { streamId } = readCommitKey(document.commit);
  return document.events.map((text, i) => ({
    position: document._id + i,
    streamId,
    streamVersion: document.fromVersion + i,
    text,
  }));
}

/** Whether a document is what this command appended: the same texts, all of them, in order. */
export function isOwn(document: LogDocument, { events }: Pick<Append, 'events'>): boolean {
  return document.events.length === events.length && events.every((text, i) => text === document.events[i]);
}

/** BSON around one text of an array, and around a document: type, index, length, terminators, names, numbers. */
const OCTETS_AROUND_TEXT = 16;
const OCTETS_AROUND_DOCUMENT = 128;

/** Octets that a command takes as a document, at most. */
export function documentOctets({ streamId, events }: Pick<Append, 'streamId' | 'events'>): number {
  const texts = events.reduce((sum, text) => sum + Buffer.byteLength(text) + OCTETS_AROUND_TEXT, 0);
  return texts + Buffer.byteLength(streamId) + OCTETS_AROUND_DOCUMENT;
}
