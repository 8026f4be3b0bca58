import { ConfigurationError, readJsonFile } from '@rollbook/platform';

const read = (file: string | null) =>
  readJsonFile('ROLLBOOK_POLICY', file, (name) => {
    if (name === 'absent') throw Object.assign(new Error('no such file, hunter2'), { code: 'ENOENT' });
    return name;
  });

test('design §12 · none configured is null, one is what it holds', () => {
  expect([read(null), read('{"a":1}')]).toEqual([null, { a: 1 }]);
});

test.each([
  ['absent', 'ROLLBOOK_POLICY: the file cannot be read (ENOENT)'],
  ['{hunter2', 'ROLLBOOK_POLICY: the file is not JSON'],
])('design §12 · %j is a mistake that does not tell what is in it', (file, mistake) => {
  expect(() => read(file)).toThrow(new ConfigurationError([mistake]));
});
