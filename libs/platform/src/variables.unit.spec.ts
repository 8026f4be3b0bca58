import {
  ConfigurationError,
  type Environment,
  optional,
  readVariables,
  refused,
  required,
  shownDefault,
  unknownVariables,
  variable,
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
  expect(unknownVariables(TABLE, environment)).toEqual(['ROLLBOOK_AGE', 'ROLLBOOK_PROT']);
});

test.each([
  ['the value itself', TABLE.port, '`3000`'],
  ['a sentence, where the value does not say it', TABLE.name, 'made up'],
  ['a list as it is written', TABLE.list, '`a,b`'],
  ['none', required(TABLE.port), '–'],
])('design §12 · a default is documented as %s', (_claim, row, shown) => {
  expect(shownDefault(row)).toBe(shown);
});

describe('design §12 · the same variable in another app', () => {
  const APP = {
    port: required(TABLE.port),
    list: refused(TABLE.list, 'it belongs elsewhere'),
    name: optional(TABLE.name, 'mine'),
  };
  const readApp = (environment: Environment) => readVariables(APP, environment, readFile);

  test('can be required, have another default, or be none of its own', () => {
    expect(readApp({ ROLLBOOK_PORT: '1' })).toEqual({ port: 1, name: 'mine', list: null });
  });

  test.each<[string, Environment, string]>([
    [
      'required',
      {},
      'ROLLBOOK_PORT: expected a value, in ROLLBOOK_PORT or the file that ROLLBOOK_PORT_FILE names',
    ],
    [
      'refused',
      { ROLLBOOK_PORT: '1', ROLLBOOK_LIST: 'hunter2' },
      'ROLLBOOK_LIST: expected no value: it belongs elsewhere',
    ],
    [
      'refused as a file, also one that is not there',
      { ROLLBOOK_PORT: '1', ROLLBOOK_LIST_FILE: '/run/hunter2' },
      'ROLLBOOK_LIST: expected no value: it belongs elsewhere',
    ],
  ])('%s', (_claim, environment, mistake) => {
    expect(() => readApp(environment)).toThrow(new ConfigurationError([mistake]));
  });
});
