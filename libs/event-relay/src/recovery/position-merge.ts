import type { PublishedEvent } from '../published-event.js';

type Lane = { waiting: PublishedEvent[]; next: number; characters: number; highest: number; ended: boolean };

/**
 * Puts the events of several partitions back into the order of the log. Within a partition first occurrences are in
 * order, so repeats are whatever is not higher than everything before it there.
 */
export class PositionMerge {
  readonly #lanes: Lane[];
  #position = 0;

  constructor(partitions: number) {
    this.#lanes = Array.from({ length: partitions }, () => ({
      waiting: [],
      next: 0,
      characters: 0,
      highest: 0,
      ended: false,
    }));
  }

  /** Takes the next records of a partition, in the order in which they lie there. */
  add(partition: number, events: readonly PublishedEvent[]): void {
    const lane = this.#lane(partition);
    for (const event of events) {
      if (event.position <= lane.highest) continue;
      lane.highest = event.position;
      lane.waiting.push(event);
      lane.characters += event.text.length;
    }
  }

  /** Nothing more comes of this partition. */
  end(partition: number): void {
    this.#lane(partition).ended = true;
  }

  /** Characters of text that wait for their turn. */
  waiting(partition: number): number {
    return this.#lane(partition).characters;
  }

  /** What follows without a gap on what was taken before, as far as it is there. */
  take(): PublishedEvent[] {
    const run: PublishedEvent[] = [];
    for (;;) {
      const lane = this.#lanes.find(({ waiting, next }) => waiting[next]?.position === this.#position + 1);
      if (lane === undefined) break;
      const event = lane.waiting[lane.next];
      if (event === undefined) break;
      lane.next += 1;
      lane.characters -= event.text.length;
      this.#position = event.position;
      run.push(event);
    }
    for (const lane of this.#lanes) {
      lane.waiting = lane.waiting.slice(lane.next);
      lane.next = 0;
    }
    return run;
  }

  /**
   * After {@link take}: whether more can follow.
   * - `more`: what came since, or of a partition that has not ended
   * - `complete`: everything was taken
   * - otherwise the next position is nowhere, although later ones are
   */
  outlook(): 'more' | 'complete' | { missing: number; found: number } {
    const open = this.#lanes.some(({ ended, waiting }) => !ended && waiting.length === 0);
    // It may have come since the last take.
    const due = this.#lanes.some(({ waiting }) => waiting[0]?.position === this.#position + 1);
    if (open || due) return 'more';
    const heads = this.#lanes.flatMap(({ waiting }) => waiting.slice(0, 1));
    if (heads.length === 0) return 'complete';
    return { missing: this.#position + 1, found: Math.min(...heads.map(({ position }) => position)) };
  }

  #lane(partition: number): Lane {
    const lane = this.#lanes[partition];
    if (lane === undefined) throw new RangeError(`there is no partition ${partition}`);
    return lane;
  }
}
