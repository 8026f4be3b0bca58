import { setImmediate } from 'node:timers/promises';
import { type EventLog, readEvent, type StoredEvent } from '@rollbook/event-log';
import { decryptPersonal, type KeyStore } from '@rollbook/personal-data';
import {
  type ClientEvent,
  type ClientState,
  evolve,
  initialState,
  type PersonalFacts,
  streamIdOf,
} from '@rollbook/registration';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** A client folded from its stream, and the position of its last event (0: no such client). */
export type Client = { state: ClientState; position: number };
export type PlacedEvent = ClientEvent & { position: number };

/** Folds kept at hand, in characters of their JSON; what is not there is folded again. */
const CACHE_CHARACTERS = 8 * 1024 * 1024;
/** Events of one stream read and folded at a time: as large as events can be, these take some ten milliseconds. */
const FOLD_PAGE = 50;
/** 128 bits in base64url, as issued: anything else names no client and costs no read. */
const CLIENT_ID = /^[A-Za-z0-9_-]{22}$/;

/**
 * Everything about one client comes from its own stream, so it is never stale (design §2). Folds are cached by version;
 * a cached one only reads what is newer.
 */
@Injectable()
export class ClientStreams {
  readonly #log: EventLog;
  readonly #keys: KeyStore;
  readonly #cache = new LRUCache<string, Client>({
    maxSize: CACHE_CHARACTERS,
    sizeCalculation: ({ state }) => JSON.stringify(state).length,
  });
  /** Long streams that are being folded: whoever needs one too waits for it. */
  readonly #folding = new Map<string, Promise<Client>>();

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    this.#log = parts.log;
    this.#keys = parts.keys;
  }

  /**
   * @returns the client as of now; its status is `absent` when there is none
   * @throws UnknownEvent a later release wrote to this stream
   */
  async load(client_id: string): Promise<Client> {
    if (!CLIENT_ID.test(client_id)) return { state: initialState(), position: 0 };
    for (;;) {
      await this.#folding.get(client_id);
      const cached = this.#cache.get(client_id) ?? { state: initialState(), position: 0 };
      const newer = await this.#page(client_id, cached.state.streamVersion);
      if (newer.length === 0) return cached;
      if (newer.length < FOLD_PAGE) return this.extend(client_id, cached, newer);
      if (this.#folding.has(client_id)) continue;
      const folding = this.#foldOn(client_id, cached, newer);
      this.#folding.set(client_id, folding);
      return folding;
    }
  }

  /** Folds a long stream page by page, and lets others have their turn after each. */
  async #foldOn(client_id: string, before: Client, page: readonly PlacedEvent[]): Promise<Client> {
    try {
      let client = before;
      for (let newer = page; ; newer = await this.#page(client_id, client.state.streamVersion)) {
        await setImmediate();
        client = this.extend(client_id, client, newer);
        if (newer.length < FOLD_PAGE) return client;
      }
    } finally {
      this.#folding.delete(client_id);
    }
  }

  async #page(client_id: string, afterVersion: number): Promise<PlacedEvent[]> {
    const options = { afterVersion, limit: FOLD_PAGE };
    return (await this.#log.readStream(streamIdOf(client_id), options)).map(placed);
  }

  /** Folds events that were just appended, or read, onto a client, and keeps the result. */
  extend(client_id: string, before: Client, events: readonly PlacedEvent[]): Client {
    const client = folded(before, events);
    this.#cache.set(client_id, client);
    return client;
  }

  /**
   * The client's whole stream, oldest first, a page in memory at a time, and with a turn for others after each; nothing
   * for an unknown client.
   */
  async *events(client_id: string): AsyncGenerator<PlacedEvent> {
    if (!CLIENT_ID.test(client_id)) return;
    for (let afterVersion = 0; ;) {
      const page = await this.#page(client_id, afterVersion);
      yield* page;
      if (page.length < FOLD_PAGE) return;
      afterVersion += page.length;
      await setImmediate();
    }
  }

  /** @returns what was encrypted with an event, or null when its key is erased */
  async openPersonal(sealed: ClientState['personal']): Promise<PersonalFacts | null> {
    if (sealed === null) return null;
    const key = await this.#keys.find(sealed.personal.kid);
    // The events' schema fixes what was encrypted; a text that was tampered with throws instead.
    return key === null ? null : (decryptPersonal(sealed.personal, key, sealed.eventId) as PersonalFacts);
  }
}

/** Folds events onto a client. */
export function folded({ state, position }: Client, events: readonly PlacedEvent[]): Client {
  return { state: events.reduce(evolve, state), position: events.at(-1)?.position ?? position };
}

const placed = ({ position, text }: StoredEvent): PlacedEvent => ({ ...readEvent(text), position });
