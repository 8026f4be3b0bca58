/** Whose turn it is, as it is stored. */
export type StoredTurn = {
  /** null: it was handed over, and nobody has taken it. */
  holder: string | null;
  /** Grows with every sign of life. */
  beats: number;
};

/** Where turns are taken; each step is one atomic operation. */
export interface TurnStore {
  /** null: nobody ever had a turn. */
  read(): Promise<StoredTurn | null>;
  /** Takes the turn if it still is as it was seen. */
  take(seen: StoredTurn | null, holder: string): Promise<boolean>;
  /** A sign of life; false if another one has the turn by now. */
  beat(holder: string): Promise<boolean>;
  /** Hands the turn over, if `holder` still has it. */
  release(holder: string): Promise<void>;
}

export type TurnTimes = {
  /** Between two signs of life. */
  beatMs: number;
  /** A holder that gave none for so long is taken to be gone. */
  patienceMs: number;
  /** Between two looks of those who wait. */
  lookMs: number;
};

/** Takeover within three seconds of a death, within a fifth of a second of a handover. */
export const TURN_TIMES: TurnTimes = { beatMs: 500, patienceMs: 2_500, lookMs: 200 };

/**
 * When another's turn may be taken: when what is stored has not changed for the patience, measured by one's own clock
 * alone, so that clocks of different machines never meet.
 */
export class TurnWatch {
  readonly #patienceMs: number;
  #seen: StoredTurn | null = null;
  #since = 0;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /**
   * @param turn as it is stored now
   * @param now milliseconds of a clock that only goes forward
   */
  free(turn: StoredTurn | null, now: number): boolean {
    if (turn === null || turn.holder === null) return true;
    const same = this.#seen?.holder === turn.holder && this.#seen.beats === turn.beats;
    if (!same) {
      this.#seen = turn;
      this.#since = now;
    }
    return now - this.#since >= this.#patienceMs;
  }
}

/**
 * One process's part in taking turns. It saves work, nothing depends on it: two processes that both believe to have the
 * turn repeat each other's events on Kafka, and that is all.
 */
export class Turn {
  readonly #store: TurnStore;
  readonly #holder: string;
  readonly #times: TurnTimes;
  #timer: NodeJS.Timeout | null = null;
  /** When the last beat succeeded. */
  #confirmedAt = Number.NEGATIVE_INFINITY;

  /** @param holder unique per process start */
  constructor(store: TurnStore, holder: string, times: TurnTimes = TURN_TIMES) {
    this.#store = store;
    this.#holder = holder;
    this.#times = times;
  }

  /** False as soon as another process may have taken the turn. */
  held(): boolean {
    return this.#timer !== null && performance.now() - this.#confirmedAt < this.#times.patienceMs;
  }

  /**
   * Waits for the turn and takes it.
   *
   * @param rest waits for so many milliseconds, less when the process is stopping
   * @param going false ends the waiting
   * @param lost called once, with the reason, if the turn is lost while it is held
   * @returns false if it was not taken
   * @throws what the store throws
   */
  async take(options: {
    rest: (ms: number) => Promise<void>;
    going: () => boolean;
    lost: (reason: unknown) => void;
  }): Promise<boolean> {
    const watch = new TurnWatch(this.#times.patienceMs);
    while (options.going()) {
      const turn = await this.#store.read();
      if (watch.free(turn, performance.now()) && (await this.#store.take(turn, this.#holder))) {
        this.#confirmedAt = performance.now();
        this.#keep(options.lost);
        return true;
      }
      await options.rest(this.#times.lookMs);
    }
    return false;
  }

  /** Hands the turn over, so that another process can take it at once. */
  async release(): Promise<void> {
    this.#forget();
    await this.#store.release(this.#holder);
  }

  #keep(lost: (reason: unknown) => void): void {
    const beat = async (): Promise<void> => {
      let mine = true;
      let reason: unknown = new Error('another process has taken the turn');
      try {
        mine = await this.#store.beat(this.#holder);
        if (mine) this.#confirmedAt = performance.now();
      } catch (error) {
        reason = error; // beats again while held() says that nobody else can have taken it
      }
      if (this.#timer !== timer) return;
      if (mine && this.held()) {
        timer.refresh();
        return;
      }
      this.#forget();
      lost(reason);
    };
    const timer = setTimeout(() => void beat(), this.#times.beatMs);
    this.#timer = timer;
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
