import { Type } from '@sinclair/typebox';
import { eventSchema, upcast } from '@rollbook/registration';
import { type EventType, eventType, olderShape, upcastWith } from './event-type.js';

const V1 = olderShape(Type.Object({ why: Type.String() }), ({ why }) => ({ reason: why }));
const V2 = olderShape(Type.Object({ reason: Type.String() }), ({ reason }) => ({ reason, by: null }));
const row = {
  title: 'Made up',
  description: 'Three versions, for this test.',
  data: Type.Object({ reason: Type.String(), by: Type.Union([Type.String(), Type.Null()]) }),
  example: { reason: 'r', by: null },
};
const madeUp = eventType('MadeUp', { ...row, schemaVersion: 3, upcast: { 1: V1, 2: V2 } });
const types = new Map<string, EventType>([[madeUp.type, madeUp]]);

describe('design §3 · an old version is lifted step by step', () => {
  test.each([
    [1, { why: 'r' }],
    [2, { reason: 'r' }],
    [3, { reason: 'r', by: null }],
  ])('from version %i', (version, data) => {
    expect(upcastWith(types, 'MadeUp', version, data)).toEqual({ reason: 'r', by: null });
  });
});

describe('design §3 · what this release does not know is not poison', () => {
  test.each([
    ['ClientAnointed', 1],
    ['ClientDeleted', 2],
    ['ClientDeleted', 0],
    ['ClientDeleted', Number.NaN],
    ['__proto__', 1],
    ['toString', 1],
  ])('%s version %i', (type, schemaVersion) => {
    expect(() => upcast(type, schemaVersion, {})).toThrow(
      expect.objectContaining({ name: 'UnknownEvent', type, schemaVersion }) as Error,
    );
    expect(eventSchema(type, schemaVersion)).toBeNull();
  });
});

describe('design §3 · a type that could not be read can’t be declared', () => {
  test.each([
    ['version 2 has no upcaster', 3, { 1: V1 }],
    ['versions never written', 1, { 1: V1 }],
  ])('%s', (message, schemaVersion, steps) => {
    expect(() => eventType('MadeUp', { ...row, schemaVersion, upcast: steps })).toThrow(message);
  });
});
