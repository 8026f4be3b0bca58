// The libraries in flow order: nothing imports from a line below its own. The forbidden rules derive from this list.
const FLOW = [
  'protocol',
  'client-metadata',
  'policy',
  'outbound',
  'credentials',
  'personal-data',
  'registration',
  'event-log',
  'event-relay',
  'transparency',
  'read-models',
  'platform',
];
const later = FLOW.slice(0, -1).map((name, i) => ({
  name: `flow-${name}`,
  comment: `libs/${name} must not know of what comes after it: data flow one way`,
  severity: 'error',
  from: { path: `^libs/${name}/` },
  to: { path: `^libs/(${FLOW.slice(i + 1).join('|')})/` },
}));

export default {
  forbidden: [
    ...later,
    {
      name: 'no-cycles',
      comment: 'a cycle has no reading order',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'one-door',
      comment: 'a library is used through src/index.ts, its tests also through testing/index.ts',
      severity: 'error',
      from: { path: '^(apps|libs|test)/([^/]+)/' },
      to: {
        path: '^libs/[^/]+/(src|testing)/',
        pathNot: ['^libs/[^/]+/(src|testing)/index\\.ts$', '^libs/$2/'],
      },
    },
    {
      name: 'no-testing-in-production',
      comment: 'what suites borrow is not part of the product',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.(spec|contract)\\.ts$' },
      to: { path: '^libs/[^/]+/testing/' },
    },
    {
      name: 'libs-know-no-app',
      comment: 'libraries serve apps, never the other way round',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'examples-stand-alone',
      comment: 'an example is what somebody else would write, with nothing of ours but what is published',
      severity: 'error',
      from: { path: '^examples/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(apps|libs|test)/' },
    },
    {
      name: 'nest-only-in-platform',
      comment: 'Nest is the delivery mechanism; libraries are plain TypeScript',
      severity: 'error',
      from: { path: '^libs/', pathNot: '^libs/platform/' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'pure-middle-no-io',
      comment: 'validation, decisions and projections are pure: no files, no network, no processes',
      severity: 'error',
      from: { path: '^libs/(protocol|client-metadata|registration)/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(node:)?(fs|fs/promises|net|http|https|dns|dns/promises|child_process|worker_threads)$' },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'production code must not need packages that production does not install',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: '\\.(spec|contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
