import {
  ConfigurationError,
  type Environment,
  readVariables,
  unknownVariables,
  variable,
  variablesMarkdown,
  wholeNumber,
} from '@rollbook/platform';

const TABLE = {
  port: variable({ name: 'ROLLBOOK_PORT', parse: wholeNumber(0, 65_535), default: 3000, says: 'port' }),
  name: variable<string | null>({
    name: 'ROLLBOOK_NAME',
    parse: (text) => text,
    default: null,
    defaultShown: 'made up',
    says: 'name',
  }),
  list: variable<readonly string[]>({
    name: 'ROLLBOOK_LIST',
    parse: (text) => text.split(','),
    default: ['a', 'b'],
    says: 'list',
  }),
};

const FILES: Readonly<Record<string, string>> = {
  '/run/name': 'mounted\n',
  '/run/two': 'one\ntwo\r\n',
  '/run/empty': '\n',
};
const readFile = (file: string): string => {
  const text = FILES[file];
  if (text === undefined) throw Object.assign(new Error(`no ${file}`), { code: 'ENOENT' });
  return text;
};
const read = (environment: Environment) => readVariables(TABLE, environment, readFile);
const mistakesOf = (environment: Environment): readonly string[] => {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('design §12 · a variable is read', () => {
  test.each<[string, Environment, object]>([
    ['nothing set: the defaults', {}, { port: 3000, name: null, list: ['a', 'b'] }],
    ['from the environment', { ROLLBOOK_PORT: '80', ROLLBOOK_NAME: 'x' }, { port: 80, name: 'x' }],
    [
      'an empty text counts as unset',
      { ROLLBOOK_PORT: '', ROLLBOOK_NAME_FILE: '' },
      { port: 3000, name: null },
    ],
    ['from a file, its final line end apart', { ROLLBOOK_NAME_FILE: '/run/name' }, { name: 'mounted' }],
    ['from a file with several lines', { ROLLBOOK_NAME_FILE: '/run/two' }, { name: 'one\ntwo' }],
    [
      'the other one of NAME and NAME_FILE may be empty',
      { ROLLBOOK_NAME: '', ROLLBOOK_NAME_FILE: '/run/name' },
      { name: 'mounted' },
    ],
  ])('%s', (_claim, environment, values) => {
    expect(read(environment)).toMatchObject(values);
  });

  test('the result is frozen', () => {
    expect(Object.isFrozen(read({}))).toBe(true);
  });
});

describe('design §12 · a mistake names the variable, never the value', () => {
  test.each<[string, Environment, string[]]>([
    [
      'a wrong value',
      { ROLLBOOK_PORT: 'hunter2' },
      ['ROLLBOOK_PORT: expected a whole number from 0 to 65535'],
    ],
    [
      'a variable and its file',
      { ROLLBOOK_NAME: 'hunter2', ROLLBOOK_NAME_FILE: '/run/name' },
      ['ROLLBOOK_NAME: expected either ROLLBOOK_NAME or ROLLBOOK_NAME_FILE, not both'],
    ],
    [
      'a file that is not there',
      { ROLLBOOK_NAME_FILE: '/run/hunter2' },
      ['ROLLBOOK_NAME: expected a readable file in ROLLBOOK_NAME_FILE (ENOENT)'],
    ],
    [
      'an empty file',
      { ROLLBOOK_NAME_FILE: '/run/empty' },
      ['ROLLBOOK_NAME: expected a file with content in ROLLBOOK_NAME_FILE'],
    ],
    [
      'all of them at once',
      { ROLLBOOK_PORT: '99999', ROLLBOOK_NAME_FILE: '/run/empty' },
      [
        'ROLLBOOK_PORT: expected a whole number from 0 to 65535',
        'ROLLBOOK_NAME: expected a file with content in ROLLBOOK_NAME_FILE',
      ],
    ],
  ])('%s', (_claim, environment, mistakes) => {
    expect(mistakesOf(environment)).toEqual(mistakes);
    expect(mistakes.join()).not.toContain('hunter2');
  });

  test('a defect in a parser is not a mistake of the operator', () => {
    const parse = (): never => {
      throw new TypeError('defect');
    };
    const table = { port: variable({ name: 'ROLLBOOK_PORT', parse, default: 1, says: '' }) };
    expect(() => readVariables(table, { ROLLBOOK_PORT: '1' }, readFile)).toThrow(TypeError);
  });
});

test('design §12 · unknown variables with our prefix are named, those of the CLI are not', () => {
  const environment = {
    PATH: '/bin',
    ROLLBOOK_PORT: '1',
    ROLLBOOK_PORT_FILE: '/run/port',
    ROLLBOOK_PROT: '1',
    ROLLBOOK_AGE: '1',
    ROLLBOOK_URL: 'http://localhost:3000',
    ROLLBOOK_TOKEN: 't',
  };
  expect(unknownVariables([TABLE], environment)).toEqual(['ROLLBOOK_AGE', 'ROLLBOOK_PROT']);
});

test('design §12 · the documented table has a row per variable with its default', () => {
  expect(variablesMarkdown(TABLE).split('\n')).toEqual([
    '| variable | default | meaning |',
    '|---|---|---|',
    '| `ROLLBOOK_PORT` | `3000` | port |',
    '| `ROLLBOOK_NAME` | made up | name |',
    '| `ROLLBOOK_LIST` | `a,b` | list |',
    '',
  ]);
});
