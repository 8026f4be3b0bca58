import { ConfigurationError, type Environment } from '@rollbook/platform';
import { publicUrlAt, readConfiguration } from './configuration.js';

const read = (environment: Environment) => readConfiguration(environment, () => '');
const mistakesOf = (environment: Environment): readonly string[] => {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return [];
};

test('design §12 · nothing has to be set', () => {
  expect(read({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    dataDir: './data',
    profile: 'rfc7591',
    registration: 'open',
    secretLifetimeSeconds: 0,
    secretOverlapSeconds: 86_400,
    registrationAccessTokenRotation: 'never',
    rateLimitPerMinute: 600,
    trustedProxies: [],
    corsOrigins: ['*'],
    logLevel: 'info',
  });
});

describe('design §12 · what does not exist yet is refused in one sentence', () => {
  test.each<[string, Environment]>([
    ['ROLLBOOK_REGISTRATION', { ROLLBOOK_REGISTRATION: 'token' }],
    ['ROLLBOOK_PROFILE', { ROLLBOOK_PROFILE: 'oauth21' }],
    ['ROLLBOOK_PROFILE', { ROLLBOOK_PROFILE: 'fapi2' }],
    ['ROLLBOOK_PROFILE', { ROLLBOOK_PROFILE: 'mcp' }],
  ])('%s %j', (name, environment) => {
    const mistakes = mistakesOf(environment);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(new RegExp(`^${name}: .*do(es)? not exist yet`));
    expect(mistakes[0]).not.toContain('hunter2');
  });
});

test.each<[string, Environment]>([
  ['ROLLBOOK_MONGODB_URL', { ROLLBOOK_MONGODB_URL: 'mongodb://hunter2' }],
  ['ROLLBOOK_KAFKA_BROKERS', { ROLLBOOK_KAFKA_BROKERS_FILE: '/run/hunter2' }],
])('design §12 · %s belongs to the distributed service', (name, environment) => {
  expect(mistakesOf(environment)).toEqual([
    `${name}: expected no value: it belongs to the distributed service: start registration-api and projector, this is the embedded one`,
  ]);
});

test('design §12 · what exists may be said aloud', () => {
  expect(mistakesOf({ ROLLBOOK_PROFILE: 'rfc7591', ROLLBOOK_REGISTRATION: 'open' })).toEqual([]);
});

test.each<[string, Environment, string]>([
  ['spec 1.4.5 · the loopback URL of the port', {}, 'http://localhost:8080'],
  [
    'spec 1.4.5 · the configured one, whatever the port',
    { ROLLBOOK_PUBLIC_URL: 'https://op.example/' },
    'https://op.example',
  ],
])('%s', (_claim, environment, url) => {
  expect(publicUrlAt(read(environment), 8080)).toBe(url);
});
