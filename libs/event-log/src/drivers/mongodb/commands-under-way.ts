import { admitAppend } from '../../admit-append.js';
import type { Append, Appended } from '../../event-log.js';
import { LogUnavailable, VersionConflict } from '../../refusals.js';
import type { Numbered } from './batch.js';
import { Deadlines } from './deadlines.js';
import type { Clock } from './log-collection.js';
import { documentOctets, endOf, lastVersionOf, type LogDocument } from './log-document.js';
import { type Restored, restoredLog } from './log-tail.js';

/** A command under way. */
export type Command = Numbered & {
  /** by the clock of the driver, in milliseconds */
  deadline: number;
  /** a request with it may have reached the database */
  sent: boolean;
  isSettled: boolean;
  resolve: (appended: Appended) => void;
  reject: (error: Error) => void;
};

/** Documents that may be under way, in octets: many large commands reach this bound before they are many. */
const MAX_OCTETS_IN_FLIGHT = 32 * 1024 * 1024;

/** The commands that were admitted and have no answer yet: their bounds, their time limit, their one answer. */
export class CommandsUnderWay {
  readonly #options: { clock: Clock; maxInFlight: number; appendTimeMs: number };
  readonly #deadlines: Deadlines<Command>;
  #octets = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];
  /** What kept the last request or read from succeeding; null after a success. */
  trouble: { because: string; full: boolean } | null = null;

  constructor(options: { clock: Clock; maxInFlight: number; appendTimeMs: number }) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.clock, (command) => this.fail(command, null));
  }

  /** @throws LogUnavailable (closed, busy), StreamFull, EventTooLarge, RangeError */
  admit(append: Append): { command: Command; answer: Promise<Appended> } {
    admitAppend(append);
    if (this.#closed) throw new LogUnavailable('closed', 'the event log is closed');
    const octets = documentOctets(append);
    const inFlight = this.#deadlines.size;
    if (inFlight >= this.#options.maxInFlight || this.#octets + octets > MAX_OCTETS_IN_FLIGHT) {
      throw new LogUnavailable('busy', `${inFlight} appends are under way`);
    }
    const { promise: answer, resolve, reject } = Promise.withResolvers<Appended>();
    const deadline = this.#options.clock.now() + this.#options.appendTimeMs;
    const command = { append, n: 0, octets, deadline, sent: false, isSettled: false, resolve, reject };
    this.#octets += octets;
    this.#deadlines.add(command);
    return { command, answer };
  }

  /** Admits nothing more; resolves when everything is answered. */
  async drain(): Promise<void> {
    this.#closed = true;
    if (this.#deadlines.size === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  acknowledge(command: Command, document: LogDocument): void {
    if (!this.#settle(command)) return;
    command.resolve({ streamVersion: lastVersionOf(document), position: endOf(document) });
  }

  conflict(command: Command): void {
    this.#reject(command, new VersionConflict(command.append.streamId, command.append.expectedVersion));
  }

  refuseRestored(command: Command, restored: Restored): void {
    this.#reject(command, restoredLog(restored, outcomeOf(command)));
  }

  /** For want of an answer: after an error, or, with null, when its time is over. Defects stay what they are. */
  fail(command: Command, error: unknown): void {
    if (error instanceof Error && !(error instanceof LogUnavailable)) return this.#reject(command, error);
    const because = error instanceof Error ? error.message : (this.trouble?.because ?? 'others were first');
    const reason = this.trouble?.full === true ? 'full' : 'storage';
    const sentence = `the append was given up: ${because}`;
    this.#reject(command, new LogUnavailable(reason, sentence, outcomeOf(command)));
  }

  #reject(command: Command, error: Error): void {
    if (this.#settle(command)) command.reject(error);
  }

  #settle(command: Command): boolean {
    if (command.isSettled) return false;
    command.isSettled = true;
    this.#octets -= command.octets;
    this.#deadlines.delete(command);
    if (this.#deadlines.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    return true;
  }
}

const outcomeOf = ({ sent }: Command): { outcome: 'unknown' | 'not written' } => ({
  outcome: sent ? 'unknown' : 'not written',
});
