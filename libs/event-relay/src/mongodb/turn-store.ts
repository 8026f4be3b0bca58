import type { Collection } from 'mongodb';
import type { TurnStore } from '../turn.js';
import type { PublisherDocument } from './publishers-collection.js';

const DUPLICATE_KEY = 11000;

/** Turns in the document `{ _id: '<publisher>/turn', holder, beats }`. */
export function mongodbTurnStore(
  documents: Collection<PublisherDocument>,
  publisher: 'events' | 'states',
): TurnStore {
  const _id = `${publisher}/turn`;
  return {
    async read() {
      const document = await documents.findOne({ _id });
      return document === null ? null : { holder: document.holder ?? null, beats: document.beats ?? 0 };
    },
    async take(seen, holder) {
      if (seen === null) return insertFirst(documents, { _id, holder, beats: 1 });
      const { matchedCount } = await documents.updateOne(
        { _id, holder: seen.holder, beats: seen.beats },
        { $set: { holder }, $inc: { beats: 1 } },
      );
      return matchedCount === 1;
    },
    async beat(holder) {
      const { matchedCount } = await documents.updateOne({ _id, holder }, { $inc: { beats: 1 } });
      return matchedCount === 1;
    },
    async release(holder) {
      await documents.updateOne({ _id, holder }, { $set: { holder: null }, $inc: { beats: 1 } });
    },
  };
}

async function insertFirst(
  documents: Collection<PublisherDocument>,
  document: PublisherDocument,
): Promise<boolean> {
  try {
    await documents.insertOne(document);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
    throw error;
  }
}
