import type { LogCollection } from '../../src/drivers/mongodb/log-collection.js';
import { endOf, type LogDocument, type Tail } from '../../src/drivers/mongodb/log-document.js';
import type { Weakness } from './simulated-collection.js';

/** A way to get the protocol wrong, made at its port: the code under test stays as it is. */
export type Mutation = {
  name: string;
  /** The violation by which the schedules have to tell it. */
  shows: RegExp;
  weakness: Weakness;
  /** Puts itself between the appender and the database of one process. */
  wrap(collection: LogCollection): LogCollection;
};

const unchanged = (collection: LogCollection): LogCollection => collection;

const LOST = /was acknowledged, and is not in the log/;

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'unordered inserts',
    shows: /^position \d+ follows/,
    weakness: { unordered: true },
    wrap: unchanged,
  },
  { name: 'settling by local reads', shows: LOST, weakness: { commitsRead: 'local' }, wrap: unchanged },
  { name: 'no comparison of texts', shows: LOST, weakness: {}, wrap: withOwnTexts },
  { name: 'tail from sent numbers', shows: /^sent after position/, weakness: {}, wrap: withTailFromSent },
  { name: 'unclear answers taken for good ones', shows: LOST, weakness: {}, wrap: withBlindFaith },
  {
    name: 'nothing at the key taken for a conflict',
    shows: /conflicted, and (nothing is in its place|is in the log)/,
    weakness: {},
    wrap: withInventedRivals,
  },
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

/** Whatever is answered, everything that was sent counts as stored. */
function withBlindFaith(collection: LogCollection): LogCollection {
  return {
    ...collection,
    async insertOrdered(documents) {
      await collection.insertOrdered(documents);
      return { acknowledged: true };
    },
  };
}

/** Where nothing is found at a key that was sent, another's texts seem to be there. */
function withInventedRivals(collection: LogCollection): LogCollection {
  const sent = new Map<string, LogDocument>();
  return {
    ...collection,
    insertOrdered(documents) {
      for (const document of documents) sent.set(document.commit, document);
      return collection.insertOrdered(documents);
    },
    async findByCommits(commits) {
      const found = await collection.findByCommits(commits);
      const keys = new Set(found.map(({ commit }) => commit));
      const missing = commits.flatMap((commit) => (keys.has(commit) ? [] : (sent.get(commit) ?? [])));
      return [...found, ...missing.map((document) => ({ ...document, events: ["a rival's"], count: 1 }))];
    },
  };
}
