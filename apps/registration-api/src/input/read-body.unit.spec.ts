import { RawBody } from '../http/json-body.js';
import { readBody } from './read-body.js';

const raw = (text: string, type: string | undefined = 'application/json') =>
  new RawBody(Buffer.from(text), type, undefined);

test.each<[string, unknown, unknown]>([
  ['no body', undefined, undefined],
  ['an empty body', raw(''), undefined],
  ['an empty body without a media type', raw('', undefined), undefined],
  ['an object', raw('{"a":1}'), { a: 1 }],
])('operators’ bodies · %s', (_name, body, wanted) => {
  expect(readBody(body)).toEqual(wanted);
});

test.each([
  ['not JSON', raw('{'), 'invalid_request'],
  ['a name twice', raw('{"a":1,"a":2}'), 'invalid_request'],
  ['not UTF-8', new RawBody(Buffer.from([0xff]), 'application/json', undefined), 'invalid_request'],
  ['a form', raw('a=1', 'application/x-www-form-urlencoded'), 'unsupported_media_type'],
])('operators’ bodies · refused: %s', (_name, body, refusal) => {
  expect(() => readBody(body)).toThrow(expect.objectContaining({ refusal }));
});
