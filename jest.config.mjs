// One project per level. `unit` compiles the sources on the fly and needs nothing else; `int` and `e2e` import the
// built code, because worker threads start from files of `dist` only.
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'es6' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    },
  ],
};
const level = (name, moduleNameMapper, servers = {}) => ({
  ...servers,
  displayName: name,
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/examples'],
  testMatch: [`**/*.${name}.spec.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper,
  transform,
});
const sources = {
  '^@rollbook-servers$': '<rootDir>/test/servers/index.ts',
  '^@rollbook-testing/([^/]+)$': '<rootDir>/libs/$1/testing/index.ts',
  '^@rollbook/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};
const built = {
  '^@rollbook-servers$': '<rootDir>/dist/test/servers/index.js',
  '^@rollbook-testing/([^/]+)$': '<rootDir>/dist/libs/$1/testing/index.js',
  '^@rollbook/([^/]+)$': '<rootDir>/dist/libs/$1/src/index.js',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};
// Kafka and MongoDB, for the suites that ask for them.
const withServers = {
  globalSetup: '<rootDir>/test/servers/global-setup.mjs',
  globalTeardown: '<rootDir>/test/servers/global-teardown.mjs',
};
export default {
  projects: [level('unit', sources), level('int', built, withServers), level('e2e', built, withServers)],
  testTimeout: 60_000,
  // Most suites wait for servers and processes more than they compute: two side by side, also on two cores.
  maxWorkers: 2,
};
