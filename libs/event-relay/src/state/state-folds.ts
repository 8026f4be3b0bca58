import { type EventLogReader, readEvent } from '@rollbook/event-log';
import { type ClientState, evolve, initialState } from '@rollbook/registration';
import { LRUCache } from 'lru-cache';

/** Folds kept at hand, in characters of their JSON; what is not there is folded again from the log. */
const CACHE_CHARACTERS = 16 * 1024 * 1024;
/** Events of one stream read and folded at a time. */
const FOLD_PAGE = 50;

/** An event of a client, as it stands in the log. */
export type ClientStreamEvent = { streamId: string; streamVersion: number; text: string };

/** The log lacks a version that the topic of events is past: it was restored to an earlier copy, or is damaged. */
export class LogLacksVersion extends Error {
  constructor(streamId: string, streamVersion: number) {
    super(`the log has no version ${streamVersion} of ${streamId}, though a later one is on Kafka`);
    this.name = 'LogLacksVersion';
  }
}

/** Folds clients event by event, in bounded memory: a client that is not at hand is read from the log. */
export class StateFolds {
  readonly #readStream: EventLogReader['readStream'];
  readonly #states: LRUCache<string, ClientState>;

  constructor(readStream: EventLogReader['readStream'], cacheCharacters = CACHE_CHARACTERS) {
    this.#readStream = readStream;
    this.#states = new LRUCache({
      maxSize: cacheCharacters,
      sizeCalculation: (state) => JSON.stringify(state).length,
    });
  }

  /**
   * The client as of this very event.
   *
   * @throws UnknownEvent a later release wrote to this stream: update first
   * @throws LogLacksVersion when an earlier event of the stream can't be found
   */
  async asOf(event: ClientStreamEvent): Promise<ClientState> {
    const before = await this.#before(event);
    const state = next(before, event);
    this.#states.set(event.streamId, state);
    return state;
  }

  async #before({ streamId, streamVersion }: ClientStreamEvent): Promise<ClientState> {
    const cached = this.#states.get(streamId);
    let state = cached !== undefined && cached.streamVersion < streamVersion ? cached : initialState();
    while (state.streamVersion < streamVersion - 1) {
      const afterVersion = state.streamVersion;
      const limit = Math.min(FOLD_PAGE, streamVersion - 1 - afterVersion);
      const page = await this.#readStream(streamId, { afterVersion, limit });
      if (page.length === 0) throw new LogLacksVersion(streamId, afterVersion + 1);
      for (const event of page) state = next(state, event);
    }
    return state;
  }
}

function next(state: ClientState, { streamId, streamVersion, text }: ClientStreamEvent): ClientState {
  if (streamVersion !== state.streamVersion + 1) throw new LogLacksVersion(streamId, state.streamVersion + 1);
  return evolve(state, readEvent(text));
}
