import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startContainer } from './containers.js';
import { classpathOf } from './jars.js';
import { SMALL_JVM } from './kafka.js';
import { LOOPBACK, freePorts, isOpen } from './ports.js';
import { sourceOf } from './run-environment.js';
import { startLocalProcess, type ServerProcess } from './server-process.js';
import { mongodProgram } from './sources.js';
import { removeFolder, temporaryFolder } from './temporary-folder.js';

export type MongodbKind = 'mongod' | 'stand-in' | 'container';
/** A copy of a database's files, to go back to. */
export type Snapshot = { readonly folder: string };
export type MongodbOptions = {
  /** The stand-in keeps its data in a file; otherwise a kill loses them. The real server always keeps them. */
  durable?: boolean;
  /** Of the stand-in. */
  heapMb?: number;
  onDeath?: (how: string) => void;
};
export type OwnMongodb = ServerProcess & {
  /** Of the server; without a database. */
  readonly url: string;
  readonly kind: MongodbKind;
  /** Copies the data files while the server is frozen: what a power cut at this moment would have left. */
  snapshot(): Promise<Snapshot>;
  /** Kills the server, puts the copied files in place of its own, and starts it again on the same port. */
  restore(snapshot: Snapshot): Promise<void>;
};

const IMAGE = 'mongo:8.0';
const REPLICA_SET = 'rs0';
const START_WITHIN_MS = 60_000;
const TRIES = 3;

/**
 * Starts a MongoDB of the caller's own: a one-node replica set of the real server, or the stand-in.
 */
export async function startMongodb(options: MongodbOptions = {}): Promise<OwnMongodb> {
  const source = await sourceOf('own-mongodb');
  for (let tries = 1; ; tries++) {
    try {
      return await start(source === 'container' || source === 'mongod' ? source : 'stand-in', options);
    } catch (error) {
      const isClash = /Address already in use|BindException/.test(String(error));
      if (tries === TRIES || !isClash) throw error;
    }
  }
}

async function start(kind: MongodbKind, options: MongodbOptions): Promise<OwnMongodb> {
  const [port = 0] = await freePorts(1);
  const folder = temporaryFolder('mongodb');
  const snapshots: string[] = [];
  const forget = () => [folder, ...snapshots].forEach(removeFolder);
  const data = path.join(folder, 'data');
  mkdirSync(data);
  const url = `mongodb://${LOOPBACK}:${port}/${kind === 'stand-in' ? '' : `?replicaSet=${REPLICA_SET}`}`;
  let server: ServerProcess | undefined;
  try {
    const running = await launch(kind, folder, port, options);
    server = running;
    if (kind !== 'stand-in') await initiateReplicaSet(port);
    return Object.assign(running, {
      url,
      kind,
      async snapshot() {
        const copy = temporaryFolder('mongodb');
        snapshots.push(copy);
        await running.freeze();
        try {
          cpSync(data, copy, { recursive: true });
        } finally {
          await running.thaw();
        }
        return { folder: copy };
      },
      async restore(snapshot: Snapshot) {
        await running.kill9();
        rmSync(data, { recursive: true, force: true });
        cpSync(snapshot.folder, data, { recursive: true });
        await running.restart();
      },
      stop: stopThen(running.stop, forget),
    });
  } catch (error) {
    await server?.stop();
    forget();
    throw error;
  }
}

function stopThen(stop: () => Promise<void>, after: () => void): () => Promise<void> {
  return async () => {
    await stop();
    after();
  };
}

async function launch(
  kind: MongodbKind,
  folder: string,
  port: number,
  options: MongodbOptions,
): Promise<ServerProcess> {
  const data = path.join(folder, 'data');
  const mongod = ['--port', String(port), '--replSet', REPLICA_SET, '--wiredTigerCacheSizeGB', '0.25'];
  const local = {
    folder,
    logFile: path.join(folder, 'output.log'),
    isReady: () => isOpen(port),
    startWithinMs: START_WITHIN_MS,
    ...(options.onDeath === undefined ? {} : { onDeath: options.onDeath }),
  };
  switch (kind) {
    case 'container':
      return startContainer({
        image: IMAGE,
        command: ['mongod', ...mongod, '--bind_ip', LOOPBACK, '--dbpath', '/rollbook'],
        user: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
        folders: { '/rollbook': data },
        port,
      });
    case 'mongod':
      return startLocalProcess({
        ...local,
        program: mongodProgram() ?? 'mongod',
        args: [...mongod, '--bind_ip', LOOPBACK, '--dbpath', data],
        endsWithStdin: false,
      });
    default: {
      const store = options.durable ? path.join(data, 'h2') : 'memory';
      const heap = options.heapMb === undefined ? [] : [`-Xmx${options.heapMb}m`];
      const classpath = await classpathOf('mongodb');
      return startLocalProcess({
        ...local,
        program: 'java',
        args: [...SMALL_JVM, ...heap, '-cp', classpath, 'MongoTestServer', String(port), store],
        endsWithStdin: true,
      });
    }
  }
}

/** Makes a fresh server the primary of a replica set of its own, and waits until it is. */
async function initiateReplicaSet(port: number): Promise<void> {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(`mongodb://${LOOPBACK}:${port}/?directConnection=true`);
  try {
    const admin = client.db('admin');
    const members = [{ _id: 0, host: `${LOOPBACK}:${port}` }];
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members } });
    const deadline = Date.now() + START_WITHIN_MS;
    while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) {
      if (Date.now() > deadline) throw new Error('mongod: no primary');
      await delay(50);
    }
  } finally {
    await client.close();
  }
}
