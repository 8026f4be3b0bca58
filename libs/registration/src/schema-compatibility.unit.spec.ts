import { incompatibilities } from '@rollbook/registration';

const published = {
  $id: '/schemas/events/Made/1',
  type: 'object',
  description: 'old words',
  required: ['data'],
  properties: {
    data: {
      type: 'object',
      required: ['secret'],
      properties: {
        secret: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
        note: { type: 'string' },
      },
    },
  },
};
const changed = (data: object) => ({
  ...published,
  description: 'new words',
  properties: { data: { ...published.properties.data, ...data } },
});
const { secret, note } = published.properties.data.properties;

test.each([
  ['words about a value', changed({ title: 'Data', examples: [1] })],
  ['a new optional member', changed({ properties: { secret, note, more: { type: 'object' } } })],
])('design §3 · %s may change', (_name, current) => {
  expect(incompatibilities(published, current)).toEqual([]);
});

test.each([
  [
    'the event.data.more became required',
    changed({ required: ['secret', 'more'], properties: { secret, note, more: {} } }),
  ],
  ['the event.data.secret is no longer required', changed({ required: [] })],
  ['the event.data.note was removed', changed({ properties: { secret } })],
  ['the event.data.note, "type" changed', changed({ properties: { secret, note: { type: 'number' } } })],
  [
    'the event.data.note: "maxLength" was added',
    changed({ properties: { secret, note: { type: 'string', maxLength: 9 } } }),
  ],
  ['the event.data: "additionalProperties" was added', changed({ additionalProperties: false })],
  [
    'the event.data.secret, "anyOf"[0]: "minLength" was removed',
    changed({ properties: { note, secret: { anyOf: [{ type: 'string' }, { type: 'null' }] } } }),
  ],
  [
    'the event.data.secret, "anyOf" changed',
    changed({ properties: { note, secret: { anyOf: [secret.anyOf[0]] } } }),
  ],
])('design §3 · refused: %s', (sentence, current) => {
  expect(incompatibilities(published, current)).toEqual([sentence]);
});
