// Puts the embedded service and its worker threads, as built in `dist`, into few files of `dist/start`: finding and
// compiling some two thousand modules is more than half of a start. Nothing else is changed: `dist/apps/standalone` is
// the same program in its many files. Usage: node scripts/bundle.mjs [dist]
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const dist = path.resolve(process.argv[2] ?? 'dist');

/** Found at run time, where they are installed: native code, packages that read files of their own, what few need. */
const LEFT_OUTSIDE = [
  'better-sqlite3',
  'pino',
  'pino-pretty',
  'swagger-ui-dist',
  'mongodb',
  'mongoose',
  'kafkajs',
];
/** What Nest and its adapter look for, and do without when it is not installed. */
const ABSENT = [
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  'class-transformer',
];

const workers = readdirSync(path.join(dist, 'libs'), { recursive: true })
  .filter((file) => file.endsWith('.worker.js'))
  .map((file) => path.join(dist, 'libs', file));

/**
 * Loaded as CommonJS, whose members are read when they are used: an import of them reads all, and with that loads the
 * HTTP client of Node's `fetch`, which a start needs as little as the service does.
 */
const lazyBuiltins = {
  name: 'lazy built-in modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^(node:)?https?$/ }, ({ path: name, kind }) =>
      kind === 'import-statement' ? { path: name, namespace: 'lazy' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'lazy' }, ({ path: name }) => ({
      contents: `module.exports = require('${name}')`,
    }));
  },
};

/** What all files have in common. */
const common = {
  outdir: path.join(dist, 'start'),
  // All in one folder, because a thread's file is named relative to the module that starts it.
  entryNames: '[name]',
  bundle: true,
  plugins: [lazyBuiltins],
  // Packages that have ES modules too: what is not used of them is left out.
  mainFields: ['module', 'main'],
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: [...LEFT_OUTSIDE, ...ABSENT].flatMap((name) => [name, `${name}/*`]),
  // CommonJS packages in an ES module.
  banner: {
    js: "import { createRequire as require_ } from 'node:module'; const require = require_(import.meta.url);",
  },
  sourcemap: true,
  logLevel: 'warning',
};

// In parts, because some modules are loaded later than others.
const main = path.join(dist, 'apps/standalone/src/main.js');
await build({ ...common, entryPoints: [main], splitting: true, chunkNames: 'part-[hash]' });
// A file for each thread: parts shared with the service would bring along what only the service uses of their modules.
// What a thread does not use is left out, because package.json says that loading one of our modules does nothing else.
await build({ ...common, entryPoints: workers });
