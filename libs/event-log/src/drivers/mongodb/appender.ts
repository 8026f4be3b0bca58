import type { Append, Appended } from '../../event-log.js';
import { LogUnavailable } from '../../refusals.js';
import { numberFrom, takeBatch } from './batch.js';
import { type Command, CommandsUnderWay } from './commands-under-way.js';
import type { Clock, LogCollection } from './log-collection.js';
import { commitKey, isOwn, type LogDocument } from './log-document.js';
import type { LogTail } from './log-tail.js';
import { RetryPause } from './retry-pause.js';
import type { StreamPlaces } from './stream-places.js';
import { BREAK_MS, Turns } from './turns.js';

/**
 * How old the knowledge of the log's end may be where others append as well: a look costs one round trip, and numbers
 * that are taken already three.
 */
const FRESH_MS = 1;

/** Since the driver was opened. */
export type AppendCounters = {
  /** commands numbered anew, because it was not clear what had become of them or another process was first */
  renumbered: number;
  /** requests sent, and commands in them (each time that a command was sent) */
  batches: number;
  commands: number;
  /** most commands in one request */
  largestBatch: number;
};

export type AppenderOptions = {
  collection: LogCollection;
  places: StreamPlaces;
  tail: LogTail;
  clock: Clock;
  /** from 0 to 1, for pauses */
  random: () => number;
  maxInFlight: number;
  /** how long one append may take before it is answered 503 */
  appendTimeMs: number;
  /** the log has grown up to this head */
  onAppended: (head: number) => void;
};

/**
 * The protocol of the MongoDB log (design §4): one ordered request at a time, whose first document follows a document
 * that a majority is known to have; every answer but a full acknowledgement is settled by majority reads.
 */
export class Appender {
  readonly #options: AppenderOptions;
  readonly #turns = new Turns();
  readonly #pause: RetryPause;
  readonly #commands: CommandsUnderWay;
  readonly #counters: AppendCounters = { renumbered: 0, batches: 0, commands: 0, largestBatch: 0 };
  #ready: Command[] = [];
  #running = false;

  constructor(options: AppenderOptions) {
    this.#options = options;
    this.#pause = new RetryPause(options.clock, options.random);
    this.#commands = new CommandsUnderWay(options);
  }

  counters(): AppendCounters {
    return { ...this.#counters };
  }

  async append(append: Append): Promise<Appended> {
    const { command, answer } = this.#commands.admit(append);
    this.#place(command);
    return answer;
  }

  /** Admits nothing more; resolves when all that was admitted is answered, which takes `appendTimeMs` at most. */
  drain(): Promise<void> {
    return this.#commands.drain();
  }

  /** Gives a command its commit number: at once when the stream's end is known, else by reading. */
  #place(command: Command): void {
    const { streamId, expectedVersion } = command.append;
    const newest = this.#options.places.newest(streamId);
    if (newest.version === expectedVersion) return this.#enqueue(command, newest.n + 1);
    this.#lookUp(command).catch((error: unknown) => {
      this.#commands.fail(command, error);
    });
  }

  async #lookUp(command: Command): Promise<void> {
    const { append } = command;
    const { collection, places, tail } = this.#options;
    if (tail.isDoubtful) await tail.read();
    let next = await places.after(append.streamId, append.expectedVersion);
    if (next.kind === 'short') {
      // the caller has seen that version somewhere, so a read that does not know it must be shown to be a fresh one,
      // and of a log that has lost nothing
      await collection.confirm();
      await tail.read();
      next = await places.after(append.streamId, append.expectedVersion);
    }
    if (command.isSettled) return;
    if (tail.restored !== null) return this.#commands.refuseRestored(command, tail.restored);
    if (next.kind === 'free') return this.#enqueue(command, next.n);
    if (next.kind === 'short') return this.#commands.conflict(command);
    this.#decide(command, next.document);
  }

  #enqueue(command: Command, n: number): void {
    command.n = n;
    this.#ready.push(command);
    this.#start();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run()
      .catch((error: unknown) => {
        for (const command of this.#ready.splice(0)) this.#commands.fail(command, error);
      })
      .finally(() => {
        this.#running = false;
        if (this.#ready.length > 0) this.#start();
      });
  }

  async #run(): Promise<void> {
    const { clock, tail } = this.#options;
    await clock.pause(0); // what is asked for in one turn of the event loop goes out together
    while (this.#ready.length > 0) {
      await this.#letOthersIn();
      const ready = this.#admitReady();
      if (ready.length === 0) return;
      if (tail.isDoubtful) {
        await this.#readTail();
        continue;
      }
      const batch = takeBatch(ready);
      this.#turns.working(clock.now());
      if (!(await this.#send(batch))) await this.#tryAgain(batch);
      else if (this.#turns.isOver(clock.now()) && this.#ready.length > 0) await this.#takeBreak();
    }
  }

  /** Where others append as well: rests after an acknowledgement, and looks where the log ends by now. */
  async #letOthersIn(): Promise<void> {
    const { clock, tail } = this.#options;
    const restMs = this.#turns.restMs(clock.now());
    if (restMs > 0) await clock.pause(restMs);
    if (this.#turns.areOthersNear(clock.now()) && tail.ageMs > FRESH_MS) await this.#readTail();
  }

  /** What is still to be sent: not given up, and its place in the stream not known to be taken. */
  #admitReady(): Command[] {
    const ready = this.#ready;
    this.#ready = [];
    for (const command of ready) {
      if (command.isSettled) continue;
      const isTaken = this.#options.places.newest(command.append.streamId).n >= command.n;
      if (isTaken) this.#place(command);
      else this.#ready.push(command);
    }
    return this.#ready;
  }

  /** Sends one batch and answers it when all of it is acknowledged. */
  async #send(batch: readonly Command[]): Promise<boolean> {
    const { collection, places, tail, onAppended } = this.#options;
    const documents = numberFrom(tail.head, batch);
    for (const command of batch) command.sent = true;
    this.#counters.batches++;
    this.#counters.commands += batch.length;
    this.#counters.largestBatch = Math.max(this.#counters.largestBatch, batch.length);
    const inserted = await collection.insertOrdered(documents);
    if (!inserted.acknowledged) {
      this.#commands.trouble = inserted;
      return false;
    }
    this.#commands.trouble = null;
    this.#pause.reset();
    const newest = documents.at(-1);
    if (newest !== undefined) tail.acknowledged(newest);
    documents.forEach((document, i) => {
      places.note(document);
      const command = batch[i];
      if (command !== undefined) this.#commands.acknowledge(command, document);
    });
    onAppended(tail.head);
    return true;
  }

  /** Finds out what became of a batch; what stays undecided goes out again, in front and with new numbers. */
  async #tryAgain(batch: readonly Command[]): Promise<void> {
    const { clock, collection, places, tail } = this.#options;
    const before = tail.head;
    let undecided = batch.filter(({ isSettled }) => !isSettled);
    const sent = undecided.length;
    for (let isRead = false; !isRead && undecided.length > 0;) {
      const keys = undecided.map(({ append, n }) => commitKey(append.streamId, n));
      const [found] = await Promise.all([this.#read(() => collection.findByCommits(keys)), this.#readTail()]);
      isRead = found !== null;
      for (const document of found ?? []) {
        places.note(document);
        const command = undecided[keys.indexOf(document.commit)];
        if (command !== undefined) this.#decide(command, document);
      }
      undecided = undecided.filter(({ isSettled }) => !isSettled);
    }
    if (undecided.length === 0) return;
    this.#ready.unshift(...undecided);
    this.#counters.renumbered += undecided.length;
    this.#turns.metOthers(clock.now());
    // another process got in, or some of these did: soon again; else the database is in trouble
    if (tail.head > before || undecided.length < sent) await this.#pause.afterMeeting();
    else await this.#pause.afterFailure();
  }

  async #takeBreak(): Promise<void> {
    const { clock, tail } = this.#options;
    const before = tail.head;
    await clock.pause(BREAK_MS);
    await this.#readTail();
    this.#turns.tookBreak(clock.now(), tail.head > before);
  }

  /** Reads the end of the log. When it has lost positions, what waits is refused. */
  async #readTail(): Promise<void> {
    const { clock, tail, onAppended } = this.#options;
    const before = tail.head;
    const head = await this.#read(() => tail.read());
    if (head !== null) onAppended(head);
    if (tail.head > before) this.#turns.metOthers(clock.now());
    const { restored } = tail;
    if (restored === null) return;
    for (const command of this.#ready.splice(0)) this.#commands.refuseRestored(command, restored);
  }

  /** The answer of a read, or, after a pause, null when there was none. */
  async #read<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      this.#commands.trouble = { because: error.message, full: false };
      await this.#pause.afterFailure();
      return null;
    }
  }

  /** What a majority has at the command's key decides: its own texts, wherever they landed, or another's. */
  #decide(command: Command, document: LogDocument): void {
    if (isOwn(document, command.append)) this.#commands.acknowledge(command, document);
    else this.#commands.conflict(command);
  }
}
