import { describe, expect, test } from '@jest/globals';
import kafkajs, { type ProducerConfig, type ProducerRecord, type RecordMetadata } from 'kafkajs';
import { SendUnclear } from '../event-sender.js';
import { Superseded } from '../state/state-sender.js';
import { openKafkaStateSender } from './kafka-state-sender.js';

const TOPIC = 'rollbook.clients.v1';
const STATE = {
  key: 'client-a',
  value: null,
  headers: { eventsoffset: '0', position: '1', streamversion: '1' },
};
const PARTS = [{ partition: 2, messages: [STATE] }];
const answered = (type: string): Error => Object.assign(new kafkajs.KafkaJSProtocolError(type), { type });
/** kafkajs says this way that it gave up. */
const wrapped = (error: Error) =>
  new Error('gave up', { cause: new Error('again and again', { cause: error }) });

/** What opening asks: the first transaction takes the transactional id, and shows where the topic ends. */
const TAKING = ['connect', 'begin', 'send', 'abort'];

type Fates = {
  connect?: Error;
  begin?: Error;
  send?: Error | RecordMetadata[];
  commit?: Error;
  abort?: Error;
  /** The answer to what opening sends. */
  takeover?: RecordMetadata[];
  leaders?: readonly number[];
};

const PARTITIONS = 3;
const answer = (partition: number, offset: number): RecordMetadata => ({
  topicName: TOPIC,
  partition,
  errorCode: 0,
  baseOffset: String(offset),
});
const ENDS = [2, 0, 1].map((partition) => answer(partition, 10 * partition));
/** Behind the record of the takeover, and the one that ends its transaction. */
const landing = (partition: number) => 10 * partition + 2;

/** A producer that, once it is open, fails where it is told to, and says what was asked of it. */
function stubKafka({ connect, begin, send, commit, abort, takeover = ENDS, leaders = [] }: Fates) {
  const asked: string[] = [];
  const configs: ProducerConfig[] = [];
  /** The partitions in each send. */
  const sent: (number | undefined)[][] = [];
  let opening = true;
  const act = async (what: string, error: Error | undefined): Promise<void> => {
    asked.push(what);
    if (error !== undefined && !opening) throw error;
  };
  const transaction = {
    send: async ({ messages }: ProducerRecord) => {
      await act('send', send instanceof Error ? send : undefined);
      sent.push(messages.map(({ partition }) => partition));
      const all = opening
        ? takeover
        : Array.isArray(send)
          ? send
          : [0, 1, 2].map((at) => answer(at, landing(at)));
      return all.filter((one) => messages.some(({ partition }) => partition === one.partition));
    },
    commit: () => act('commit', commit),
    abort: () => act('abort', abort),
  };
  const producer = {
    connect: async () => {
      await act('connect', undefined);
      if (connect !== undefined) throw connect;
    },
    disconnect: () => act('disconnect', undefined),
    transaction: async () => {
      await act('begin', begin);
      return transaction;
    },
  };
  const open = async () => {
    const kafka = {
      producer(config: ProducerConfig) {
        configs.push(config);
        return producer;
      },
    };
    const sender = await openKafkaStateSender(kafka, TOPIC, {
      transactionalId: 'rollbook.states',
      partitions: PARTITIONS,
      leaders,
    });
    opening = false;
    return sender;
  };
  return { asked, configs, sent, open };
}

describe('the sender of states', () => {
  test('design §7 · takes the transactional id at once, and sends each batch in a transaction', async () => {
    const kafka = stubKafka({});
    const sender = await kafka.open();
    expect(kafka.configs).toMatchObject([
      { transactionalId: 'rollbook.states', idempotent: true, maxInFlightRequests: 1 },
    ]);
    await sender.send(PARTS);
    await sender.close();
    expect(kafka.asked).toEqual([...TAKING, 'begin', 'send', 'commit', 'disconnect']);
  });

  test('design §8 · opening one says behind what nothing of the older ones can come', async () => {
    expect((await stubKafka({}).open()).ends).toEqual([0, 10, 20]);
  });

  test.each<[string, RecordMetadata[]]>([
    ['no partition', []],
    ['all but one', ENDS.slice(1)],
    ['one with an error', ENDS.map((one) => (one.partition === 1 ? { ...one, errorCode: 19 } : one))],
    ['one without an offset', [...ENDS.slice(1), { topicName: TOPIC, partition: 2, errorCode: 0 }]],
  ])('design §8 · opening fails when the answer names %s', async (_, takeover) => {
    const kafka = stubKafka({ takeover });
    await expect(kafka.open()).rejects.toThrow(SendUnclear);
    expect(kafka.asked).toEqual([...TAKING, 'disconnect']);
  });

  test('design §7 · what goes to several partitions is one transaction', async () => {
    const kafka = stubKafka({});
    const sender = await kafka.open();
    await sender.send([
      { partition: 2, messages: [STATE, STATE] },
      { partition: 0, messages: [STATE] },
    ]);
    expect(kafka.asked).toEqual([...TAKING, 'begin', 'send', 'commit']);
    expect(kafka.sent).toEqual([
      [0, 1, 2],
      [2, 2, 0],
    ]);
  });

  test('design §8 · kafkajs is given one broker at a time, within the one transaction', async () => {
    const kafka = stubKafka({ leaders: [7, 8, 7] });
    const sender = await kafka.open();
    await sender.send([0, 1, 2].map((partition) => ({ partition, messages: [STATE] })));
    expect(kafka.asked).toEqual(
      ['connect', 'begin', 'send', 'send', 'abort'].concat(['begin', 'send', 'send', 'commit']),
    );
    expect(kafka.sent).toEqual([[0, 2], [1], [0, 2], [1]]);
  });

  test('design §8 · one whose connecting fails is closed: some of its connections may be open', async () => {
    const kafka = stubKafka({ connect: new Error('no answer') });
    await expect(kafka.open()).rejects.toThrow('no answer');
    expect(kafka.asked).toEqual(['connect', 'disconnect']);
  });

  const fences = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING'];
  const moments = (error: Error): [string, Fates][] => [
    ['beginning', { begin: error }],
    ['sending', { send: error }],
    ['committing', { commit: error }],
    ['sending, and aborting fails too', { send: error, abort: error }],
  ];
  const cases = fences.flatMap((type) =>
    [answered(type), wrapped(answered(type))].flatMap((error) =>
      moments(error).map(([when, fates]) => [type, when, error.message, fates] as const),
    ),
  );
  test.each(cases)('design §7 · %s when %s (%s) is a takeover', async (_, __, ___, fates) => {
    const sender = await stubKafka(fates).open();
    await expect(sender.send(PARTS)).rejects.toThrow(Superseded);
  });

  test.each([
    ['another answer of Kafka', answered('NOT_ENOUGH_REPLICAS')],
    ['one that ends a transaction without a takeover', answered('INVALID_TXN_STATE')],
    ['no connection', new Error('connect ECONNREFUSED')],
    ['a sentence that only sounds like it', new Error('INVALID_PRODUCER_EPOCH')],
  ])('design §7 · no takeover: %s', async (_, error) => {
    for (const [, fates] of moments(error)) {
      const sender = await stubKafka(fates).open();
      await expect(sender.send(PARTS)).rejects.toBe(error);
    }
  });

  const two = [2, 1].map((partition) => ({ partition, messages: [STATE] }));
  test.each<[string, RecordMetadata[]]>([
    ['nothing', []],
    ['only one of two partitions', [answer(1, landing(1))]],
    ['one of them twice', [answer(1, landing(1)), answer(2, landing(2)), answer(2, landing(2))]],
    ['another topic', [answer(1, landing(1)), { ...answer(2, landing(2)), topicName: 'other' }]],
    ['an error', [answer(1, landing(1)), { ...answer(2, landing(2)), errorCode: 19 }]],
    ['a place with something else before it', [answer(1, landing(1)), answer(2, landing(2) + 1)]],
  ])('design §7 · an answer that names %s is no success: aborted, not committed', async (_, send) => {
    const kafka = stubKafka({ send });
    const sender = await kafka.open();
    await expect(sender.send(two)).rejects.toThrow(SendUnclear);
    expect(kafka.asked).toEqual([...TAKING, 'begin', 'send', 'abort']);
  });

  test('design §8 · the next records land behind the last ones and the end of their transaction', async () => {
    const places = [landing(2), landing(2) + 3, landing(2) + 5, landing(2) + 8];
    const send: RecordMetadata[] = [];
    const sender = await stubKafka({ send }).open();
    for (const [at, place] of places.entries()) {
      send.splice(0, 1, answer(2, place));
      const sending = sender.send([{ partition: 2, messages: at === 0 ? [STATE, STATE] : [STATE] }]);
      if (at < 3) await sending;
      else await expect(sending).rejects.toThrow(SendUnclear);
    }
  });

  test('design §8 · a topic that was made anew, or lost its end, is no reason to stop', async () => {
    const sender = await stubKafka({ send: [answer(2, 0)] }).open();
    await expect(sender.send(PARTS)).resolves.toBeUndefined();
  });
});
