/** One event as it was read from Kafka. */
export type PublishedEvent = {
  partition: number;
  /** Place in the partition. The same event can be there again at a greater one. */
  offset: string;
  /** Place in the whole log. */
  position: number;
  /** Position of the previous event on the same partition; 0 for the first. */
  previousPosition: number;
  streamId: string;
  streamVersion: number;
  /** The stored text, octet for octet. */
  text: string;
};

/** A record as a Kafka client hands it out; header values are octets, or text. */
export type ReceivedMessage = {
  offset: string;
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers?: { [name: string]: Buffer | string | (Buffer | string)[] | undefined };
};

/** A record on the topic of events that is not an event of ours. */
export class NotAPublishedEvent extends Error {
  constructor(partition: number, offset: string, wrong: string) {
    super(`the record at offset ${offset} of partition ${partition} is no published event: ${wrong}`);
    this.name = 'NotAPublishedEvent';
  }
}

/**
 * The one reader of the records of the topic of events (design §7).
 *
 * @throws NotAPublishedEvent when the key, the value or one of our headers is missing or malformed
 */
export function readPublishedEvent(partition: number, message: ReceivedMessage): PublishedEvent {
  const { offset, key, value } = message;
  const refuse = (wrong: string) => new NotAPublishedEvent(partition, offset, wrong);
  if (key === null) throw refuse('it has no key');
  if (value === null) throw refuse('it has no value');
  const numberIn = (name: string, least: number): number => {
    const number = Number(message.headers?.[name]?.toString() || Number.NaN);
    if (!Number.isSafeInteger(number) || number < least) throw refuse(`its header ${name} is no such number`);
    return number;
  };
  return {
    partition,
    offset,
    position: numberIn('ce_position', 1),
    previousPosition: numberIn('ce_prevposition', 0),
    streamId: key.toString(),
    streamVersion: numberIn('ce_streamversion', 1),
    text: value.toString(),
  };
}

/** {@link readPublishedEvent}; null for a record that is none of ours, which can stand on a topic by somebody's mistake. */
export function readOwnEvent(partition: number, message: ReceivedMessage): PublishedEvent | null {
  try {
    return readPublishedEvent(partition, message);
  } catch (error) {
    if (error instanceof NotAPublishedEvent) return null;
    throw error;
  }
}
