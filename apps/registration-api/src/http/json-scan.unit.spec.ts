import fc from 'fast-check';
import { countMembers, MAX_DEPTH, scanJson } from './json-scan.js';

const repeats = (text: string) => countMembers(JSON.parse(text)) < scanJson(text).members;

test.each<[string, string, boolean]>([
  ['one of each', '{"a":1,"b":{"a":2}}', false],
  ['the same name in two objects', '[{"a":1},{"a":1}]', false],
  ['twice', '{"a":1,"a":2}', true],
  ['twice, in an inner object', '{"b":[{"a":1,"a":1}]}', true],
  ['twice, once escaped', String.raw`{"a":1,"\u0061":1}`, true],
  ['__proto__ is a name like others', '{"__proto__":{"a":1},"a":1}', false],
  ['__proto__ twice', '{"__proto__":{},"__proto__":{}}', true],
  ['a colon and quotes in a string', String.raw`{"a":"\":\\","b":"\\\\"}`, false],
])('RFC 8259 §4 · %s', (_claim, text, twice) => {
  expect(repeats(text)).toBe(twice);
});

test('RFC 8259 §4 · no value that was serialised repeats a name', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(repeats(text)).toBe(false);
    }),
  );
});

test('RFC 8259 §4 · a member added again is found, whatever is in the object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const text = JSON.stringify(value);
      const [name] = Object.keys(value);
      expect(repeats(`${text.slice(0, -1)},${JSON.stringify(name)}:0}`)).toBe(true);
    }),
  );
});

test.each<[string, string, number]>([
  ['brackets in strings are text', '["[[[","]"]', 1],
  ['objects and arrays count alike', '{"a":[{}]}', 3],
  ['text that is no JSON', ']]]{"[', 0],
  ['no further than needed', '['.repeat(1000), MAX_DEPTH + 1],
])('S3 · depth: %s', (_claim, text, depth) => {
  expect(scanJson(text).depth).toBe(depth);
});
