import type { LogDocument, Tail } from './log-document.js';

/**
 * The narrow port between the protocol and the database (design §4). Reads are majority reads on the primary, never
 * older than what this process has been told before. Every method but `insertOrdered` rejects with LogUnavailable when
 * the database gives no answer.
 */
export interface LogCollection {
  /**
   * Sends the documents as one message, ordered, `w: majority`, `j: true`.
   *
   * @returns `acknowledged` when all of them are durable on a majority; anything else, a duplicate included, says
   *   nothing about any of them, and `because` is for people only
   */
  insertOrdered(documents: readonly LogDocument[]): Promise<Inserted>;
  /** Documents with these `commit` keys, in any order. */
  findByCommits(commits: readonly string[]): Promise<LogDocument[]>;
  /** Documents that begin at these positions, in any order. */
  findByPositions(positions: readonly number[]): Promise<LogDocument[]>;
  /**
   * The newest document, null while there is none.
   *
   * @param known was the newest at some time; `continued` says whether it still stands where it stood
   */
  tail(known: Tail | null): Promise<{ tail: Tail | null; continued: boolean }>;
  /** Makes sure that later reads are not older than this call: a majority has acknowledged a write in between. */
  confirm(): Promise<void>;
}

export type Inserted = { acknowledged: true } | { acknowledged: false; because: string; full: boolean };

/** Time as the driver needs it. */
export type Clock = {
  /** Milliseconds, never going back. */
  now(): number;
  /** Resolves after so many milliseconds; 0 means after what is already due. Keeps no process alive. */
  pause(ms: number): Promise<void>;
};
