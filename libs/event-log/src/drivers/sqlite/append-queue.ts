import { admitAppend } from '../../admit-append.js';
import type { Append, Appended } from '../../event-log.js';
import { LogUnavailable, VersionConflict } from '../../refusals.js';
import { CONFLICT, type Group, type GroupOutcome } from './group.js';

type Waiting = Append & { resolve: (appended: Appended) => void; reject: (error: Error) => void };

/** Text that may be under way, in UTF-16 units: many large events reach this bound before they are many. */
const MAX_UNITS_IN_FLIGHT = 32 * 1024 * 1024;

/**
 * The caller's half of group commit: what is asked for in one turn of the event loop, or while a group is being
 * written, becomes the next group. One group is under way at a time.
 */
export class AppendQueue {
  readonly #maxInFlight: number;
  readonly #post: (group: Group) => void;
  #waiting: Waiting[] = [];
  #underWay: Waiting[] = [];
  #units = 0;
  #scheduled = false;
  #ended: (() => LogUnavailable) | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: { maxInFlight: number; post: (group: Group) => void }) {
    this.#maxInFlight = options.maxInFlight;
    this.#post = options.post;
  }

  async append(append: Append): Promise<Appended> {
    admitAppend(append);
    if (this.#ended !== null) throw this.#ended();
    const inFlight = this.#waiting.length + this.#underWay.length;
    if (inFlight >= this.#maxInFlight || this.#units >= MAX_UNITS_IN_FLIGHT) {
      throw new LogUnavailable('busy', `${inFlight} appends are under way`);
    }
    this.#units += unitsOf(append);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...append, resolve, reject });
      this.#schedule();
    });
  }

  /** Takes the writer's answer to the group under way, and sends the next one. */
  settle(outcome: Exclude<GroupOutcome, { kind: 'fatal' }>): void {
    const settled = this.#underWay;
    this.#underWay = [];
    for (const append of settled) this.#units -= unitsOf(append);
    if (outcome.kind === 'refused') {
      for (const { reject } of settled) reject(new LogUnavailable(outcome.reason, outcome.message));
    } else {
      settled.forEach((append, i) => {
        const position = outcome.positions[i] ?? CONFLICT;
        if (position === CONFLICT)
          append.reject(new VersionConflict(append.streamId, append.expectedVersion));
        else append.resolve({ streamVersion: append.expectedVersion + append.events.length, position });
      });
    }
    this.#flush();
  }

  /** Admits nothing more; resolves when all that was admitted is answered. */
  async drain(): Promise<void> {
    this.#ended ??= () => new LogUnavailable('closed', 'the event log is closed');
    if (this.#waiting.length + this.#underWay.length === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** The writer is gone: what was sent has an unknown outcome, what waited was not written. */
  fail(sentence: string): void {
    this.#ended = () => new LogUnavailable('storage', sentence);
    for (const { reject } of this.#underWay) {
      reject(new LogUnavailable('storage', sentence, { outcome: 'unknown' }));
    }
    for (const { reject } of this.#waiting) reject(new LogUnavailable('storage', sentence));
    this.#underWay = [];
    this.#waiting = [];
    this.#idle();
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay.length > 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#underWay.length > 0) return;
    if (this.#waiting.length === 0) return this.#idle();
    this.#underWay = this.#waiting;
    this.#waiting = [];
    this.#post({
      streams: this.#underWay.map(({ streamId }) => streamId),
      expectedVersions: this.#underWay.map(({ expectedVersion }) => expectedVersion),
      counts: this.#underWay.map(({ events }) => events.length),
      texts: this.#underWay.flatMap(({ events }) => events),
    });
  }

  #idle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

const unitsOf = ({ events }: Append): number => events.reduce((sum, text) => sum + text.length, 0);
