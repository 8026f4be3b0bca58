import type { LogCollection } from '../../src/drivers/mongodb/log-collection.js';
import { endOf, type LogDocument, type Tail } from '../../src/drivers/mongodb/log-document.js';
import type { Weakness } from './simulated-collection.js';

/** A way to get the protocol wrong, made at its port: the code under test stays as it is. */
export type Mutation = {
  name: string;
  weakness: Weakness;
  /** Puts itself between the appender and the database of one process. */
  wrap(collection: LogCollection): LogCollection;
};

const unchanged = (collection: LogCollection): LogCollection => collection;

export const MUTATIONS: readonly Mutation[] = [
  { name: 'unordered inserts', weakness: { unordered: true }, wrap: unchanged },
  { name: 'settling by local reads', weakness: { commitsRead: 'local' }, wrap: unchanged },
  { name: 'no comparison of texts', weakness: {}, wrap: withOwnTexts },
  { name: 'tail from sent numbers', weakness: {}, wrap: withTailFromSent },
];

/** What is found at a key that was sent has the texts that were sent, so it always looks like one's own. */
function withOwnTexts(collection: LogCollection): LogCollection {
  const sent = new Map<string, LogDocument>();
  return {
    ...collection,
    insertOrdered(documents) {
      for (const document of documents) sent.set(document.commit, document);
      return collection.insertOrdered(documents);
    },
    async findByCommits(commits) {
      const found = await collection.findByCommits(commits);
      return found.map((document) => {
        const own = sent.get(document.commit);
        return own === undefined ? document : { ...document, events: own.events, count: own.count };
      });
    },
  };
}

/** The log seems to end where the last request would have ended, had it been acknowledged. */
function withTailFromSent(collection: LogCollection): LogCollection {
  let sent: Tail | null = null;
  return {
    ...collection,
    insertOrdered(documents) {
      sent = documents.at(-1) ?? sent;
      return collection.insertOrdered(documents);
    },
    async tail(known) {
      const { tail } = await collection.tail(known);
      return { tail: endOf(sent) > endOf(tail) ? sent : tail, continued: true };
    },
  };
}
