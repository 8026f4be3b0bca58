import { LogDamaged } from '../../refusals.js';
import { failureOf, messageOf } from './failures.js';

/**
 * What passes between the caller's thread and the writer's: one message per group each way, flat arrays, because a
 * message per command costs more than the command.
 */
export type Group = {
  streams: string[];
  expectedVersions: number[];
  /** Number of texts of each command; `texts` holds all of them one after the other. */
  counts: number[];
  texts: string[];
};

export type GroupOutcome =
  /** Position of each command's last event, {@link CONFLICT} for a version conflict; and the log's head. */
  | { kind: 'committed'; positions: number[]; head: number }
  /** Nothing of the group was written. */
  | { kind: 'refused'; reason: 'full' | 'storage'; message: string }
  /** The process must not go on; the sentence says why. */
  | { kind: 'fatal'; sentence: string };

/** Stands where a position would: positions begin at 1. */
export const CONFLICT = 0;

/** What an error while writing means for the group, or for the process. */
export function failedOutcome(error: unknown, file: string): Exclude<GroupOutcome, { kind: 'committed' }> {
  const failure = error instanceof LogDamaged ? 'damaged' : failureOf(error);
  const message = `${file}: ${messageOf(error)}`;
  if (failure === 'sync') {
    return { kind: 'fatal', sentence: `${message}: what is durable is not known, the process ends` };
  }
  if (failure === 'damaged') return { kind: 'fatal', sentence: `${message}: the event log is damaged` };
  return { kind: 'refused', reason: failure === 'full' ? 'full' : 'storage', message };
}
