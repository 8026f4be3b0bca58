import { LogUnavailable } from '../../src/refusals.js';
import type { Inserted, LogCollection } from '../../src/drivers/mongodb/log-collection.js';
import { endOf, type LogDocument } from '../../src/drivers/mongodb/log-document.js';
import type { Node, OpTime, ReplicaSet } from './replica-set.js';
import type { Scheduler } from './scheduler.js';

/** How likely each trouble is, per message; 0 for a network without. */
export type NetworkFaults = {
  lost: number;
  doubled: number;
  /** the sender gives up, and the message goes on its way all the same */
  late: number;
  answerLost: number;
  /** the write concern fails, whatever becomes of the documents */
  writeConcernError: number;
};

/** What a mutation of the protocol changes in the database's behaviour. */
export type Weakness = { unordered?: boolean; commitsRead?: 'local' };

const UNCLEAR: Inserted = { acknowledged: false, because: 'simulated', full: false };

/** The narrow port of one process on a simulated replica set; every document and every message is a step of its own. */
export function simulatedCollection(options: {
  set: ReplicaSet;
  scheduler: Scheduler;
  faults: () => NetworkFaults;
  weakness: Weakness;
  isAlive: () => boolean;
}): LogCollection {
  const { set, scheduler, faults, weakness, isAlive } = options;
  let answered: OpTime = { term: 0, index: 0 };

  /** Sends to a node that calls itself primary; the first answer counts, and there is always one in the end. */
  const request = <T>(
    serve: (node: Node, answer: (value: T, time?: OpTime) => void) => void,
    unclear: T,
  ): Promise<T> =>
    new Promise((resolve) => {
      const answer = (value: T, time?: OpTime): void =>
        scheduler.later(() => {
          if (time !== undefined && time.index > answered.index) answered = time;
          if (isAlive()) scheduler.wake(() => resolve(value));
        });
      const giveUp = (): void => answer(unclear);
      const { lost, doubled, late, answerLost } = faults();
      const deliver = (): void =>
        scheduler.later(() => {
          const node = scheduler.pick(set.primaries());
          if (node === undefined) return giveUp();
          serve(node, (value, time) => (scheduler.chance(answerLost) ? giveUp() : answer(value, time)));
        });
      if (scheduler.chance(lost)) return giveUp();
      deliver();
      if (scheduler.chance(doubled)) deliver();
      if (scheduler.chance(late)) giveUp();
    });

  type AnswerInsert = (inserted: Inserted, time?: OpTime) => void;
  /** One document after the other, as long as the node is primary of the same term. */
  const insert = (node: Node, documents: readonly LogDocument[], answer: AnswerInsert): void => {
    const { term } = node;
    let last: OpTime = { term: 0, index: 0 };
    let isClear = true;
    const step = (i: number): void => {
      const document = documents[i];
      if (!node.isUp || !node.isPrimary || node.term !== term) return answer(UNCLEAR);
      if (document === undefined) return finish();
      const time = set.write(node, document);
      if (time === null) isClear = false;
      else last = time;
      if (time === null && weakness.unordered !== true) return answer(UNCLEAR);
      scheduler.later(() => step(i + 1));
    };
    const finish = (): void => {
      if (scheduler.chance(faults().writeConcernError)) answer(UNCLEAR);
      set.whenCommitted(node, last.index, (reached) => {
        if (reached && isClear) answer({ acknowledged: true }, last);
        else answer(UNCLEAR);
      });
    };
    step(0);
  };

  const read = async <T>(
    find: (documents: LogDocument[]) => T,
    concern: 'majority' | 'local' = 'majority',
  ): Promise<T> => {
    const found = await request<{ value: T } | null>((node, answer) => {
      if (!set.hasCommitted(node, answered)) return answer(null);
      const index = node.committed;
      const value = find(set.documentsOf(node, concern));
      answer({ value }, { term: node.entries[index - 1]?.term ?? 0, index });
    }, null);
    if (found === null) throw new LogUnavailable('storage', 'simulated');
    return found.value;
  };

  return {
    insertOrdered: (documents) => request((node, answer) => insert(node, documents, answer), UNCLEAR),
    findByCommits: (commits) =>
      read((all) => all.filter(({ commit }) => commits.includes(commit)), weakness.commitsRead),
    findByPositions: (positions) => read((all) => all.filter(({ _id }) => positions.includes(_id))),
    tail: (known) =>
      read((all) => {
        const tail = all.reduce<LogDocument | null>(
          (newest, one) => (endOf(one) > endOf(newest) ? one : newest),
          null,
        );
        const continued =
          known === null || all.some(({ _id, commit }) => _id === known._id && commit === known.commit);
        return { tail, continued };
      }),
    async confirm() {
      const confirmed = await request<Inserted>((node, answer) => {
        const time = set.write(node, null);
        if (time === null) return answer(UNCLEAR);
        set.whenCommitted(node, time.index, (reached) =>
          reached ? answer({ acknowledged: true }, time) : answer(UNCLEAR),
        );
      }, UNCLEAR);
      if (!confirmed.acknowledged) throw new LogUnavailable('storage', 'simulated');
    },
  };
}
