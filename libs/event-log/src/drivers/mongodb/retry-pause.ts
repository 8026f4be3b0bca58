import type { Clock } from './log-collection.js';

/** After meeting others again: about the time of a majority round trip, random so that two do not meet once more. */
const MEETING_MS = { least: 1, most: 5 };
/** After a read that failed, growing from the first to the last. */
const FAILURE_MS = { first: 10, last: 250 };

/** The pauses before something is tried again. */
export class RetryPause {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #meetings = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  reset(): void {
    this.#failures = 0;
    this.#meetings = 0;
  }

  /** None at first: the end of the log has just been read. */
  async afterMeeting(): Promise<void> {
    if (this.#meetings++ === 0) return;
    await this.#clock.pause(MEETING_MS.least + this.#random() * (MEETING_MS.most - MEETING_MS.least));
  }

  afterFailure(): Promise<void> {
    const longest = Math.min(FAILURE_MS.first * 2 ** this.#failures++, FAILURE_MS.last);
    return this.#clock.pause(longest * (0.5 + this.#random() / 2));
  }
}
