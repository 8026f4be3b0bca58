import {
  ConfigurationError,
  configurationMarkdown,
  EMBEDDED_VARIABLES,
  type Environment,
  kafkaSettings,
  PROJECTOR_VARIABLES,
  readVariables,
  REGISTRATION_API_VARIABLES,
  SERVICE_VARIABLES,
  type VariableTable,
} from '@rollbook/platform';

const DISTRIBUTED = {
  ROLLBOOK_MONGODB_URL: 'mongodb://user:hunter2@a:1,b:2/registrations?replicaSet=rs',
  ROLLBOOK_KAFKA_BROKERS: 'k1:9092, k2:9092',
};
const KEY = 'a'.repeat(64);
const API = {
  ...DISTRIBUTED,
  ROLLBOOK_PUBLIC_URL: 'https://op.example',
  ROLLBOOK_ADMIN_TOKENS: 'ops:0123456789abcdef',
  ROLLBOOK_AUDITOR_TOKENS: 'audit:0123456789abcdeg',
  ROLLBOOK_MASTER_KEY: KEY,
};
const mistakesOf = (table: VariableTable, environment: Environment): readonly string[] => {
  try {
    readVariables(table, environment, () => '');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return [];
};
const namesIn = (mistakes: readonly string[]) => mistakes.map((line) => line.split(':')[0]);

describe('design §12 · the distributed service', () => {
  test('registration-api starts with what all its processes must have alike', () => {
    expect(readVariables(REGISTRATION_API_VARIABLES, API, () => '')).toMatchObject({
      publicUrl: 'https://op.example',
      mongodb: { url: DISTRIBUTED.ROLLBOOK_MONGODB_URL, database: 'registrations' },
      kafkaBrokers: ['k1:9092', 'k2:9092'],
      kafkaTopicPrefix: 'rollbook',
      kafkaPartitions: 6,
      kafkaReplicationFactor: null,
      secretRecipients: null,
      dataDir: null,
    });
  });

  test.each(Object.keys(API))('registration-api does not start without %s', (missing) => {
    const mistakes = mistakesOf(REGISTRATION_API_VARIABLES, { ...API, [missing]: '' });
    expect(mistakes).toEqual([
      `${missing}: expected a value, in ${missing} or the file that ${missing}_FILE names`,
    ]);
  });

  test('projector needs no key and no token, and none disturbs it', () => {
    expect(mistakesOf(PROJECTOR_VARIABLES, DISTRIBUTED)).toEqual([]);
    expect(mistakesOf(PROJECTOR_VARIABLES, API)).toEqual([]);
    expect(namesIn(mistakesOf(PROJECTOR_VARIABLES, {}))).toEqual([
      'ROLLBOOK_MONGODB_URL',
      'ROLLBOOK_KAFKA_BROKERS',
    ]);
  });

  test.each([
    ['registration-api', REGISTRATION_API_VARIABLES],
    ['projector', PROJECTOR_VARIABLES],
  ])('%s refuses the data directory of the embedded service', (_app, table) => {
    expect(mistakesOf(table, { ...API, ROLLBOOK_DATA_DIR: './data' })).toEqual([
      'ROLLBOOK_DATA_DIR: expected no value: it belongs to the embedded service; the distributed one keeps nothing in files',
    ]);
  });

  test.each<[string, Environment]>([
    ['no scheme', { ROLLBOOK_MONGODB_URL: 'localhost:1/hunter2' }],
    ['a name with a dot', { ROLLBOOK_MONGODB_URL: 'mongodb://u:hunter2@h/a.b' }],
    ['a name that leaves no room', { ROLLBOOK_MONGODB_URL: `mongodb://u:hunter2@h/${'a'.repeat(51)}` }],
    ['no port', { ROLLBOOK_KAFKA_BROKERS: 'hunter2' }],
    ['port 0', { ROLLBOOK_KAFKA_BROKERS: 'hunter2:0' }],
    ['neither yes nor no', { ROLLBOOK_KAFKA_TLS: 'hunter2' }],
    ['another mechanism', { ROLLBOOK_KAFKA_SASL_MECHANISM: 'hunter2' }],
    ['a prefix with a slash', { ROLLBOOK_KAFKA_TOPIC_PREFIX: 'hunter2/x' }],
    ['no partition', { ROLLBOOK_KAFKA_PARTITIONS: '0' }],
    ['no copy', { ROLLBOOK_KAFKA_REPLICATION_FACTOR: '0' }],
  ])('%s: one mistake that names the variable, never the value', (_claim, environment) => {
    const mistakes = mistakesOf(REGISTRATION_API_VARIABLES, { ...API, ...environment });
    expect(namesIn(mistakes)).toEqual(Object.keys(environment));
    expect(mistakes.join()).not.toContain('hunter2');
  });
});

test('design §12 · everything that lets its holder do something leaves the environment', () => {
  const secrets = Object.values(SERVICE_VARIABLES).flatMap((row) =>
    'secret' in row && row.secret ? [row.name] : [],
  );
  expect(secrets.sort()).toEqual([
    'ROLLBOOK_ADMIN_TOKENS',
    'ROLLBOOK_AUDITOR_TOKENS',
    'ROLLBOOK_KAFKA_SASL_PASSWORD',
    'ROLLBOOK_KAFKA_SASL_USERNAME',
    'ROLLBOOK_MASTER_KEY',
    'ROLLBOOK_MASTER_KEY_PREVIOUS',
    'ROLLBOOK_MONGODB_URL',
  ]);
});

describe('design §12 · how Kafka is reached', () => {
  const settings = (environment: Environment) =>
    kafkaSettings(
      readVariables(PROJECTOR_VARIABLES, { ...DISTRIBUTED, ...environment }, () => ''),
      'p',
    );
  const SASL = {
    ROLLBOOK_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    ROLLBOOK_KAFKA_SASL_USERNAME: 'rollbook',
    ROLLBOOK_KAFKA_SASL_PASSWORD: 'hunter2',
  };

  test('without anything: neither TLS nor SASL', () => {
    expect(settings({})).toEqual({
      connection: { brokers: ['k1:9092', 'k2:9092'], tls: false, sasl: null, clientId: 'p' },
      topics: { prefix: 'rollbook', partitions: 6, replicationFactor: null },
    });
  });

  test('with TLS and SASL', () => {
    expect(settings({ ...SASL, ROLLBOOK_KAFKA_TLS: 'true' }).connection).toMatchObject({
      tls: true,
      sasl: { mechanism: 'scram-sha-512', username: 'rollbook', password: 'hunter2' },
    });
  });

  test.each(Object.keys(SASL))('SASL without %s is a mistake', (missing) => {
    expect(() => settings({ ...SASL, [missing]: '' })).toThrow(
      /^ROLLBOOK_KAFKA_SASL_MECHANISM, .*: expected all three, or none$/,
    );
  });
});

describe('design §12 · the document', () => {
  const lines = configurationMarkdown().split('\n');
  test.each(Object.values<{ name: string }>(SERVICE_VARIABLES).map(({ name }) => name))(
    'has one row for %s',
    (name) => {
      expect(lines.filter((line) => line.startsWith(`| \`${name}\` |`))).toHaveLength(1);
    },
  );

  test.each([
    ['ROLLBOOK_MASTER_KEY', 'read | required |  |'],
    ['ROLLBOOK_DATA_DIR', 'read | refused | refused |'],
    ['ROLLBOOK_PROJECTOR_PORT', ' |  | read |'],
  ])('says of %s which app reads it', (name, columns) => {
    expect(lines.find((line) => line.startsWith(`| \`${name}\` |`))).toContain(columns);
  });

  test('every app reads variables of the one table only', () => {
    for (const table of [EMBEDDED_VARIABLES, REGISTRATION_API_VARIABLES, PROJECTOR_VARIABLES]) {
      for (const [field, { name }] of Object.entries(table)) {
        expect([field, name]).toEqual([
          field,
          SERVICE_VARIABLES[field as keyof typeof SERVICE_VARIABLES].name,
        ]);
      }
    }
  });
});
