import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import { LogUnavailable, VersionConflict, type Append, type Appended, type EventLog } from '../src/index.js';
import { readWholeLog, textFor, uniqueStream } from './log-vocabulary.js';

/** One command of a lane: on which of the run's streams, how many events, and how it picks its expected version. */
type Step = { stream: number; events: number; version: 'read' | 'stale' | 'ahead'; copies: number };
/** Commands that one caller sends one after the other; lanes run side by side. */
type Lane = Step[];

const STREAMS = 3;

export const interleavings: fc.Arbitrary<Lane[]> = fc.array(
  fc.array(
    fc.record<Step>({
      stream: fc.nat(STREAMS - 1),
      events: fc.integer({ min: 1, max: 3 }),
      version: fc.constantFrom('read', 'read', 'read', 'stale', 'ahead'),
      copies: fc.constantFrom(1, 1, 1, 2, 3),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  { minLength: 1, maxLength: 8 },
);

type Outcome = { append: Append; answers: (Appended | 'conflict' | 'unknown' | 'not written')[] };

/** Runs the lanes, spread over the handles, and compares what each was told with what the log then holds. */
export async function runInterleaving(
  handles: readonly [EventLog, ...EventLog[]],
  lanes: Lane[],
): Promise<void> {
  const [log] = handles;
  const before = await log.head();
  const streams = Array.from({ length: STREAMS }, uniqueStream);
  const outcomes = (
    await Promise.all(lanes.map((lane, i) => runLane(handles[i % handles.length] ?? log, streams, lane)))
  ).flat();

  const whole = await readWholeLog(log, 50, before);
  expect(whole.map(({ position }) => position)).toEqual(whole.map((_, i) => before + i + 1));
  for (const streamId of streams) {
    const stream = whole.filter((event) => event.streamId === streamId);
    expect(stream.map(({ streamVersion }) => streamVersion)).toEqual(stream.map((_, i) => i + 1));
    expect(await log.readStream(streamId)).toEqual(stream);
  }
  const positionsOf = new Map<string, number[]>();
  for (const { text, position } of whole) positionsOf.set(text, [...(positionsOf.get(text) ?? []), position]);
  for (const { append, answers } of outcomes) {
    const found = append.events.map((text) => positionsOf.get(text) ?? []);
    const places = answers.filter((answer) => typeof answer === 'object');
    if (places.length > 0) {
      const last = places[0]?.position ?? 0;
      for (const place of places) {
        expect(place).toEqual({
          position: last,
          streamVersion: append.expectedVersion + append.events.length,
        });
      }
      expect(found).toEqual(append.events.map((_, i) => [last - append.events.length + 1 + i]));
    } else if (answers.includes('unknown')) {
      const times = new Set(found.map((positions) => positions.length));
      expect([[0], [1]]).toContainEqual([...times]);
    } else {
      expect(found.flat()).toEqual([]);
    }
    if (answers.includes('conflict')) expect(places).toEqual([]);
  }
}

async function runLane(log: EventLog, streams: readonly string[], lane: Lane): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { stream, events, version, copies } of lane) {
    const streamId = streams[stream] ?? '';
    const current = (await log.readStream(streamId)).length;
    const expectedVersion = { read: current, stale: Math.max(0, current - 1), ahead: current + 7 }[version];
    const append: Append = {
      streamId,
      expectedVersion,
      events: Array.from({ length: events }, (_, i) => textFor(streamId, expectedVersion + 1 + i)),
      commitId: crypto.randomUUID(),
    };
    const answers = await Promise.all(Array.from({ length: copies }, () => answerOf(log, append)));
    outcomes.push({ append, answers });
  }
  return outcomes;
}

async function answerOf(log: EventLog, append: Append): Promise<Outcome['answers'][number]> {
  try {
    return await log.append(append);
  } catch (error) {
    if (error instanceof VersionConflict) return 'conflict';
    if (error instanceof LogUnavailable) return error.outcome;
    throw error;
  }
}
