import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { isFetched, type JavaServer } from './jars.js';

/** Where a server comes from; in this order of preference. */
export type Source = 'environment' | 'container' | 'mongod' | 'java';
/** What a suite can ask for: a server of the whole run, or (`own-`) one that it may kill. */
export type Need = 'kafka' | 'mongodb' | 'own-kafka' | 'own-mongodb';
/** The source of each, or the sentence that says what to install. */
export type Sources = Record<Need, { source: Source } | { missing: string }>;

/** Java 17 runs the oldest class files among the jars. */
const JAVA_AT_LEAST = 17;
const INSTALL = `install Java ${JAVA_AT_LEAST} (JDK) and Maven, or Docker`;
const DOCKER_SOCKET = '/var/run/docker.sock';
const DOCKER_WITHIN_MS = 2000;

/** Finds out, without starting anything, where the servers of the tests can come from. */
export async function findSources(env: NodeJS.ProcessEnv = process.env): Promise<Sources> {
  // Containers share the host's network, which is what makes a cluster of several brokers simple; hence Linux.
  const engine = process.platform === 'linux' && (await dockerAnswers(env['DOCKER_HOST']));
  const version = engine ? 0 : await javaVersion();
  const fromJars = async (server: JavaServer) =>
    version >= JAVA_AT_LEAST && ((await isFetched(server)) || (onPath('mvn') && onPath('javac')));
  const install = (title: string, variable: string) => `no ${title}: ${INSTALL}, or set ${variable}`;
  const kafka = engine ? 'container' : (await fromJars('kafka')) ? 'java' : null;
  const mongodb = engine
    ? 'container'
    : mongodProgram(env) !== null
      ? 'mongod'
      : (await fromJars('mongodb'))
        ? 'java'
        : null;
  const or = (source: Source | null, missing: string) => (source === null ? { missing } : { source });
  const noKafka = install('Kafka', 'ROLLBOOK_TEST_KAFKA_BROKERS');
  const noMongodb = install('MongoDB', 'ROLLBOOK_TEST_MONGODB_URL');
  return {
    kafka: or(env['ROLLBOOK_TEST_KAFKA_BROKERS'] ? 'environment' : kafka, noKafka),
    mongodb: or(env['ROLLBOOK_TEST_MONGODB_URL'] ? 'environment' : mongodb, noMongodb),
    'own-kafka': or(kafka, `no Kafka to kill: ${INSTALL}`),
    'own-mongodb': or(mongodb, `no MongoDB to kill: ${INSTALL}`),
  };
}

/** The `mongod` to run, or null. */
export function mongodProgram(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['ROLLBOOK_TEST_MONGOD'];
  if (named) return named;
  return onPath('mongod') ? 'mongod' : null;
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return false;
    }
  });
}

/** The major version of `java` on the PATH, 0 where there is none. */
function javaVersion(): Promise<number> {
  return new Promise((resolve) => {
    execFile('java', ['-version'], (error, _stdout, stderr) => {
      resolve(error ? 0 : Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0));
    });
  });
}

/** Asks the engine itself: a `docker` command without an engine is of no use. */
function dockerAnswers(host = `unix://${DOCKER_SOCKET}`): Promise<boolean> {
  const target = host.startsWith('unix://')
    ? { socketPath: host.slice('unix://'.length) }
    : { host: new URL(host).hostname, port: new URL(host).port };
  return new Promise((resolve) => {
    const request = http.get({ ...target, path: '/_ping', timeout: DOCKER_WITHIN_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
