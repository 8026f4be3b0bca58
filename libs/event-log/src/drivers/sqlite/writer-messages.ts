import type { Group, GroupOutcome } from './group.js';

/** How the writer's thread is started. `maxPages` bounds the file, to try a full disk without one. */
export type WriterOptions = { file: string; maxPages?: number };

export type ToWriter = Group | 'close';

export type FromWriter =
  { kind: 'opened' } | { kind: 'not opened'; damaged: boolean; sentence: string } | GroupOutcome;
