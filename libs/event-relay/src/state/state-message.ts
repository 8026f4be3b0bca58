import type { ClientState } from '@rollbook/registration';
import {
  CLIENT_STATE_VERSION,
  type ClientStateRecord,
  clientStateRecord,
  clientStateSchemaPath,
} from './client-state-record.js';

/**
 * Headers of a state. They are not those of a CloudEvent: a state is not an occurrence. A tombstone has them too,
 * except the two that speak of the value.
 */
export type StateHeaders = {
  'content-type'?: 'application/json';
  dataschema?: string;
  /**
   * Offset of the event on the equal-numbered partition of the topic of events: a state with this header, and all
   * that stand before it on its partition, take in every event up to there. `-1`: before its first record.
   */
  eventsoffset: string;
  /** The event's place in the whole log. */
  position: string;
  /** The event's place in its stream. */
  streamversion: string;
};

/** A record on its way to the topic of clients. `value` is null for a tombstone. */
export type StateMessage = { key: string; value: string | null; headers: StateHeaders };

/** Where the event stands after which the client is in this state. */
export type StatePlace = {
  streamId: string;
  streamVersion: number;
  position: number;
  eventsOffset: number;
};

/**
 * The records that say what a client is as of one event (design §7): its state, and after the state of a deleted
 * client a tombstone, so that compaction forgets the client.
 *
 * @param source the public URL, without a trailing slash
 */
export function stateMessages(state: ClientState, place: StatePlace, source: string): StateMessage[] {
  const headers = {
    eventsoffset: String(place.eventsOffset),
    position: String(place.position),
    streamversion: String(place.streamVersion),
  };
  const record: ClientStateRecord = clientStateRecord(state);
  const message: StateMessage = {
    key: place.streamId,
    value: JSON.stringify(record),
    headers: {
      'content-type': 'application/json',
      dataschema: `${source}${clientStateSchemaPath(CLIENT_STATE_VERSION)}`,
      ...headers,
    },
  };
  return state.status === 'deleted' ? [message, { key: place.streamId, value: null, headers }] : [message];
}

/** Frame of a record and of each header: lengths, attributes, and differences of time and offset, as varints. */
const FRAME_OCTETS = 32;
const HEADER_FRAME_OCTETS = 4;

/** What a message takes in a record batch, at most. */
export function octetsOf({ key, value, headers }: StateMessage): number {
  let octets = FRAME_OCTETS + Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
  for (const [name, text] of Object.entries(headers)) {
    octets += HEADER_FRAME_OCTETS + name.length + Buffer.byteLength(text);
  }
  return octets;
}

/** A record on the topic of clients that is none of ours. */
export class NotAState extends Error {
  constructor(partition: number, offset: string, wrong: string) {
    super(`the record at offset ${offset} of partition ${partition} is no state of a client: ${wrong}`);
    this.name = 'NotAState';
  }
}

/**
 * How far a record of the topic of clients has taken in its partition of the topic of events.
 *
 * @throws NotAState when one of our headers is missing or malformed
 */
export function readStateHeaders(
  partition: number,
  message: {
    offset: string;
    headers?: { [name: string]: Buffer | string | (Buffer | string)[] | undefined };
  },
): { eventsOffset: number; position: number } {
  const numberIn = (name: string, least: number): number => {
    const number = Number(message.headers?.[name]?.toString() || Number.NaN);
    if (!Number.isSafeInteger(number) || number < least) {
      throw new NotAState(partition, message.offset, `its header ${name} is no such number`);
    }
    return number;
  };
  return { eventsOffset: numberIn('eventsoffset', -1), position: numberIn('position', 1) };
}

/** {@link readStateHeaders}; null for a record that is none of ours, which can stand on a topic by somebody's mistake. */
export function readOwnState(
  ...record: Parameters<typeof readStateHeaders>
): ReturnType<typeof readStateHeaders> | null {
  try {
    return readStateHeaders(...record);
  } catch (error) {
    if (error instanceof NotAState) return null;
    throw error;
  }
}
