import type { Collection } from 'mongodb';
import type { Checkpoint, CheckpointStore } from '../published-positions.js';
import type { PublisherDocument } from './publishers-collection.js';

/**
 * The checkpoint of one publisher: `{ _id, position, partitions: { '0': … }, offsets: { '0': … } }`.
 *
 * @param id `events` or `states`
 */
export function mongodbCheckpointStore(
  documents: Collection<PublisherDocument>,
  id: 'events' | 'states',
): CheckpointStore {
  return {
    async read() {
      const document = await documents.findOne({ _id: id });
      const partitions = inOrder(document?.partitions, 0);
      const offsets = inOrder<number | null>(document?.offsets, null);
      return { position: document?.position ?? 0, partitions, offsets };
    },
    async advance(checkpoint) {
      await documents.updateOne({ _id: id }, { $max: membersOf(checkpoint) }, { upsert: true });
    },
    async replace({ position, partitions, offsets }) {
      const replacement = { position, partitions: byPartition(partitions), offsets: byPartition(offsets) };
      await documents.replaceOne({ _id: id }, replacement, { upsert: true });
    },
  };
}

function membersOf({ position, partitions, offsets }: Checkpoint): Record<string, number> {
  const members: Record<string, number> = { position };
  for (const [partition, last] of Object.entries(byPartition(partitions))) {
    members[`partitions.${partition}`] = last;
  }
  for (const [partition, offset] of Object.entries(byPartition(offsets))) {
    members[`offsets.${partition}`] = offset;
  }
  return members;
}

function byPartition(numbers: readonly (number | null)[]): Record<string, number> {
  return Object.fromEntries(
    numbers.flatMap((number, partition) => (number === null ? [] : [[partition, number]])),
  );
}

function inOrder<T>(stored: Record<string, number> | undefined, none: T): (number | T)[] {
  const partitions = Object.keys(stored ?? {}).map(Number);
  return Array.from({ length: Math.max(-1, ...partitions) + 1 }, (_, i) => stored?.[i] ?? none);
}
