// Makes a new MongoDB server into a replica set of one and gives the service its user. Runs at every `docker compose
// up`, changes what is not as wanted, and so also carries a new password over.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

/** What the steps need of a server: commands to its `admin` database. A refusal carries the server's `code`. */
export type Admin = { command(command: Readonly<Record<string, unknown>>): Promise<object> };

export type Wanted = {
  replicaSet: string;
  /** Host and port under which clients reach the one member. */
  member: string;
  user: string;
  password: string;
  /** The databases that the user may read and write. */
  databases: readonly string[];
};

/** The server's codes for "no replica set yet" and "somebody else has just made it". */
const NOT_YET_INITIALISED = 94;
const ALREADY_INITIALISED = 23;
const LOOK_EVERY_MS = 200;
/** A set of one elects its member within a second or two. */
const LOOKS = 150;

/**
 * @param pause waits that many milliseconds
 * @returns what was done, a line each, without any password
 * @throws Error when no primary is there after 30 s; otherwise what the server says
 */
export async function initialise(
  admin: Admin,
  wanted: Wanted,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<string[]> {
  const done: string[] = [];
  if (await initiateReplicaSet(admin, wanted)) done.push(`replica set ${wanted.replicaSet} initiated`);
  await primary(admin, pause);
  const roles = wanted.databases.map((db) => ({ role: 'readWrite', db }));
  const { users } = (await admin.command({ usersInfo: { user: wanted.user, db: 'admin' } })) as {
    users: readonly unknown[];
  };
  const command = users.length === 0 ? 'createUser' : 'updateUser';
  await admin.command({ [command]: wanted.user, pwd: wanted.password, roles });
  done.push(`user ${wanted.user} ${users.length === 0 ? 'created' : 'set'}`);
  return done;
}

async function initiateReplicaSet(admin: Admin, { replicaSet, member }: Wanted): Promise<boolean> {
  try {
    await admin.command({ replSetGetStatus: 1 });
    return false;
  } catch (error) {
    if (codeOf(error) !== NOT_YET_INITIALISED) throw error;
  }
  try {
    await admin.command({ replSetInitiate: { _id: replicaSet, members: [{ _id: 0, host: member }] } });
    return true;
  } catch (error) {
    if (codeOf(error) !== ALREADY_INITIALISED) throw error;
    return false;
  }
}

async function primary(admin: Admin, pause: (milliseconds: number) => Promise<unknown>): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const { isWritablePrimary } = (await admin.command({ hello: 1 })) as { isWritablePrimary?: boolean };
    if (isWritablePrimary === true) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error('the replica set has no primary');
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Reads the passwords that docker-compose.yml mounts, and works on the server it names. */
async function main(): Promise<void> {
  const secret = (name: string) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
  const member = 'mongodb:27017';
  // Straight to the server: there is no replica set to be found before it is made.
  const client = new MongoClient(`mongodb://${member}/?directConnection=true`, {
    auth: { username: 'root', password: secret('mongodb-root-password') },
    authSource: 'admin',
  });
  try {
    const done = await initialise(
      client.db('admin'),
      {
        replicaSet: 'rollbook',
        member,
        user: 'rollbook',
        password: secret('mongodb-password'),
        databases: ['rollbook', 'rollbook_keys'],
      },
      delay,
    );
    for (const line of done) console.log(line);
  } finally {
    await client.close();
  }
}

if (import.meta.main) await main();
