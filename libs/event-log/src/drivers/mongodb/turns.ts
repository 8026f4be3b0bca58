/** How long one process appends without a break, at first, and at most, while it meets nobody. */
const SHORTEST_TURN_MS = 50;
const LONGEST_TURN_MS = 1_000;
/** A break: long enough for another process to read the end of the log and to insert behind it. */
export const BREAK_MS = 10;
/** Others that were met so long ago may be idle by now. */
const NEAR_MS = 1_000;

/**
 * Takes care that several processes get their turn. Who has just been acknowledged knows the end of the log one round
 * trip before anyone else, so under steady load it would win every time. While others append it therefore rests after
 * each acknowledgement, which also makes few requests of many commands; else it takes a break now and then, at least once
 * a second, to let in whom it does not know of.
 */
export class Turns {
  #turnMs = SHORTEST_TURN_MS;
  #began = -Infinity;
  #acknowledged = -Infinity;
  #metAt = -Infinity;

  /** Before a batch: how long to rest first, in milliseconds. */
  restMs(now: number): number {
    return this.areOthersNear(now) ? Math.max(0, BREAK_MS - (now - this.#acknowledged)) : 0;
  }

  /** A batch begins. A gap in the work was a break as well. */
  working(now: number): void {
    if (now - this.#acknowledged >= BREAK_MS) this.#began = now;
  }

  /** A batch was acknowledged; whether it is time for a break. */
  isOver(now: number): boolean {
    this.#acknowledged = now;
    return !this.areOthersNear(now) && now - this.#began >= this.#turnMs;
  }

  /** After a break; whether another process had appended meanwhile. */
  tookBreak(now: number, metOthers: boolean): void {
    this.#began = now;
    if (metOthers) this.metOthers(now);
    else this.#turnMs = Math.min(this.#turnMs * 2, LONGEST_TURN_MS);
  }

  /** Another process has appended. */
  metOthers(now: number): void {
    this.#turnMs = SHORTEST_TURN_MS;
    this.#metAt = now;
  }

  /** Whether others have appended lately, so that the end of the log may have moved since it was last heard of. */
  areOthersNear(now: number): boolean {
    return now - this.#metAt < NEAR_MS;
  }
}
