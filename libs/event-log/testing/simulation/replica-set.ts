import type { LogDocument } from '../../src/drivers/mongodb/log-document.js';
import type { Scheduler } from './scheduler.js';

/** An entry of a node's log: a document, or something that is no document (a new primary's first entry). */
type Entry = { term: number; document: LogDocument | null };
/** A place in the set's history. */
export type OpTime = { term: number; index: number };
type Node = {
  id: number;
  term: number;
  isUp: boolean;
  isPrimary: boolean;
  entries: Entry[];
  /** entries that this node knows a majority to have */
  committed: number;
  /** for a primary: how much each secondary is known to have */
  known: Map<number, number>;
};
type Waiting = { node: Node; term: number; index: number; answer: (reached: boolean) => void };

const NODES = 3;
const MAJORITY = 2;

/**
 * Three nodes with elections, replication entry by entry, and rollback, as in MongoDB: a primary that was cut off goes on
 * taking writes until it hears of the newer term, and then takes back what only it has.
 */
export class ReplicaSet {
  readonly #scheduler: Scheduler;
  readonly nodes: Node[] = Array.from({ length: NODES }, (_, id) => ({
    id,
    term: 1,
    isUp: true,
    isPrimary: id === 0,
    entries: [],
    committed: 0,
    known: new Map<number, number>(),
  }));
  /** What a majority has ever had, in order: nothing of it may change. */
  readonly history: Entry[] = [];
  /** A node that hears nothing of the others; clients still reach it. */
  #cutOff: number | null = null;
  #waiting: Waiting[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Who calls itself primary: more than one for a while after an election. */
  primaries(): Node[] {
    return this.nodes.filter(({ isUp, isPrimary }) => isUp && isPrimary);
  }

  /** Documents on a node: those of a majority as far as it knows, or all that it has. */
  documentsOf(node: Node, concern: 'majority' | 'local'): LogDocument[] {
    const entries = concern === 'local' ? node.entries : node.entries.slice(0, node.committed);
    return entries.flatMap(({ document }) => document ?? []);
  }

  /** Whether a node knows that a majority has what is at this place. */
  hasCommitted(node: Node, { term, index }: OpTime): boolean {
    return index === 0 || (node.committed >= index && node.entries[index - 1]?.term === term);
  }

  /** Writes on a primary; null when a document with that `_id` or `commit` is there. */
  write(node: Node, document: LogDocument | null): OpTime | null {
    const isTaken = node.entries.some(
      (entry) =>
        document !== null &&
        entry.document !== null &&
        (entry.document._id === document._id || entry.document.commit === document.commit),
    );
    if (isTaken) return null;
    node.entries.push({ term: node.term, document });
    return { term: node.term, index: node.entries.length };
  }

  /** Answers whether a majority came to have it, while the node stayed primary of the same term. */
  whenCommitted(node: Node, index: number, answer: (reached: boolean) => void): void {
    this.#waiting.push({ node, term: node.term, index, answer });
    this.#answerWaiting();
  }

  /** Whether a secondary has something to fetch from the newest primary. */
  isReplicating(): boolean {
    const primary = this.#newestPrimary();
    return (
      primary !== undefined &&
      this.nodes.some(
        (node) =>
          node !== primary &&
          this.#areConnected(node, primary) &&
          (node.committed < primary.entries.length || node.term !== primary.term),
      )
    );
  }

  /** A secondary hears of its primary: takes back what that one does not have, reports how far it is, fetches one entry. */
  replicate(): void {
    const primary = this.#scheduler.pick(this.primaries());
    const others = this.nodes.filter(
      (node) => primary !== undefined && node !== primary && this.#areConnected(node, primary),
    );
    const node = this.#scheduler.pick(others);
    if (primary === undefined || node === undefined) return;
    if (node.term > primary.term) return this.#follow(primary, node.term);
    if (node.term < primary.term) this.#follow(node, primary.term);
    if (node.isPrimary) return;
    const common = node.entries.findIndex((entry, i) => primary.entries[i] !== entry);
    if (common >= 0) node.entries.length = common;
    if (node.entries.length < node.committed) throw new Error('the simulated set lost what a majority had');
    primary.known.set(node.id, node.entries.length);
    this.#commit(primary);
    const next = primary.entries[node.entries.length];
    if (next !== undefined) node.entries.push(next);
    node.committed = Math.max(node.committed, Math.min(primary.committed, node.entries.length));
  }

  /** A node becomes primary if a majority of connected nodes has nothing that it lacks. */
  elect(candidate = this.#scheduler.pick(this.nodes.filter(({ isPrimary }) => !isPrimary))): void {
    if (candidate === undefined || !candidate.isUp) return;
    const voters = this.nodes.filter(
      (node) => node !== candidate && this.#areConnected(node, candidate) && !isAhead(node, candidate),
    );
    if (voters.length + 1 < MAJORITY) return;
    const term = Math.max(candidate.term, ...voters.map((voter) => voter.term)) + 1;
    for (const node of [candidate, ...voters]) this.#follow(node, term);
    candidate.isPrimary = true;
    candidate.known.clear();
    this.write(candidate, null);
    this.#answerWaiting();
  }

  /** A node stops, keeping what is in its journal. */
  stop(): void {
    const node = this.#scheduler.pick(this.nodes.filter(({ isUp }) => isUp));
    if (node === undefined || this.nodes.some(({ isUp }) => !isUp)) return;
    node.isUp = false;
    node.isPrimary = false;
    this.#answerWaiting();
  }

  cutOff(): void {
    this.#cutOff = this.#scheduler.pick(this.nodes)?.id ?? null;
  }

  /** All nodes run and hear each other; without a primary, one is elected. */
  heal(): void {
    this.#cutOff = null;
    for (const node of this.nodes) node.isUp = true;
    for (const node of this.#newestPrimary() === undefined ? this.nodes : []) {
      if (this.primaries().length === 0) this.elect(node);
    }
  }

  #newestPrimary(): Node | undefined {
    return this.primaries().sort((a, b) => b.term - a.term)[0];
  }

  #areConnected(a: Node, b: Node): boolean {
    return a.isUp && b.isUp && a.id !== this.#cutOff && b.id !== this.#cutOff;
  }

  #follow(node: Node, term: number): void {
    node.term = term;
    node.isPrimary = false;
    this.#answerWaiting();
  }

  /** What a majority has of the primary's own term is committed, with all that comes before. */
  #commit(primary: Node): void {
    for (let index = primary.entries.length; index > primary.committed; index--) {
      const having = [...primary.known.values()].filter((known) => known >= index).length + 1;
      if (having < MAJORITY || primary.entries[index - 1]?.term !== primary.term) continue;
      primary.committed = index;
      primary.entries.slice(0, index).forEach((entry, i) => {
        if ((this.history[i] ??= entry) !== entry) throw new Error('the simulated set changed its history');
      });
      break;
    }
    this.#answerWaiting();
  }

  #answerWaiting(): void {
    this.#waiting = this.#waiting.filter(({ node, term, index, answer }) => {
      const isOver = !node.isUp || !node.isPrimary || node.term !== term;
      if (!isOver && node.committed < index) return true;
      answer(!isOver);
      return false;
    });
  }
}

function isAhead(node: Node, candidate: Node): boolean {
  const own = node.entries.at(-1)?.term ?? 0;
  const theirs = candidate.entries.at(-1)?.term ?? 0;
  return own > theirs || (own === theirs && node.entries.length > candidate.entries.length);
}
export type { Node };
