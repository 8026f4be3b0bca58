import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The two servers that run from jars, each with its own folder: they want different versions of slf4j. */
const SERVERS = {
  kafka: { pom: 'kafka-pom.xml', source: 'KafkaTestServer.java' },
  mongodb: { pom: 'mongodb-pom.xml', source: 'MongoTestServer.java' },
} as const;
export type JavaServer = keyof typeof SERVERS;

/** Sources and poms lie beside this file in the checkout; the build copies TypeScript only. */
export const JAVA_FOLDER = path.resolve('test/servers/java');
/** Named with its version, so that a new release of the plugin changes nothing here. */
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const FETCH_WITHIN_MS = 300_000;
/** A folder of an unfinished fetch of this age belongs to a run that was killed, in milliseconds. */
const ABANDONED_MS = 60 * 60_000;

const cacheFolder = () =>
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'rollbook-test-servers');

async function folderOf(server: JavaServer): Promise<string> {
  const { pom, source } = SERVERS[server];
  const hash = createHash('sha256');
  for (const file of [pom, source]) hash.update(await readFile(path.join(JAVA_FOLDER, file)));
  return path.join(cacheFolder(), `${server}-${hash.digest('hex').slice(0, 16)}`);
}

/** Says whether {@link classpathOf} would find everything in the cache, so that neither Maven nor a compiler is needed. */
export async function isFetched(server: JavaServer): Promise<boolean> {
  return existsSync(await folderOf(server));
}

/**
 * The class path of a server that runs from jars. Fetched with Maven and compiled once per user, into the cache
 * folder (about 50 MB); two runs at once may both fetch, and the first to finish is the one that counts.
 *
 * @throws Error with Maven's or the compiler's own words
 */
export async function classpathOf(server: JavaServer): Promise<string> {
  const folder = await folderOf(server);
  if (!existsSync(folder)) await fetchInto(folder, server);
  return [path.join(folder, 'classes'), path.join(folder, 'lib', '*')].join(path.delimiter);
}

async function fetchInto(folder: string, server: JavaServer): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  await sweep();
  const { pom, source } = SERVERS[server];
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    const lib = path.join(partial, 'lib');
    await copyFile(path.join(JAVA_FOLDER, pom), path.join(partial, 'pom.xml'));
    const fetch = ['-q', '-B', COPY, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'];
    await tool('mvn', fetch, partial);
    const compile = ['--release', '17', '-nowarn', '-cp', path.join(lib, '*'), '-d', 'classes'];
    await tool('javac', [...compile, path.join(JAVA_FOLDER, source)], partial);
    await rename(partial, folder).catch((error: NodeJS.ErrnoException) => {
      // Another run was first; what it has is the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function tool(command: string, args: string[], cwd: string): Promise<void> {
  await run(command, args, { cwd, timeout: FETCH_WITHIN_MS }).catch(
    (cause: Error & { stdout?: string; stderr?: string }) => {
      const said = `${cause.stdout ?? ''}${cause.stderr ?? ''}`.trim().slice(-2000);
      throw new Error(`the tests' servers: ${command} failed: ${said || cause.message}`, { cause });
    },
  );
}

async function sweep(): Promise<void> {
  for (const name of await readdir(cacheFolder())) {
    if (!name.includes('.partial-')) continue;
    const folder = path.join(cacheFolder(), name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(folder, { recursive: true, force: true });
  }
}
