import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EventLog, openSqliteEventLog } from '@rollbook/event-log';
import { openSqliteReadModels, type ReadModels } from '@rollbook/read-models';
import {
  appendEvent,
  appendRegistrations,
  caughtUp,
  clientIds,
  replayed,
  statusWhen,
} from '@rollbook-testing/read-models';
import Database from 'better-sqlite3';

let directory: string;
let logFile: string;
let modelsFile: string;
let log: EventLog;
let models: ReadModels | null = null;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'rollbook-models-'));
  logFile = path.join(directory, 'log.sqlite');
  modelsFile = path.join(directory, 'models.sqlite');
  log = await openSqliteEventLog({ file: logFile });
});
afterEach(async () => {
  await close();
  await log.close();
  rmSync(directory, { recursive: true });
});

async function open(): Promise<ReadModels> {
  models = await openSqliteReadModels({ modelsFile, logFile });
  return models;
}
async function close(): Promise<void> {
  await models?.close();
  models = null;
}
/** Works on the models file behind the driver's back. */
function tamper<Result>(work: (db: Database.Database) => Result): Result {
  const db = new Database(modelsFile);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const run = (sql: string, ...values: unknown[]) => tamper((db) => db.prepare(sql).run(...values));
const tableNames = () =>
  tamper((db) => db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]);
const liveVersion = () =>
  tamper((db) => db.prepare("SELECT generation FROM models WHERE state = 'live'").pluck().get());

async function somethingOfEverything(): Promise<void> {
  await appendRegistrations(
    log,
    clientIds(40).map((client_id) => ({ client_id })),
  );
  await appendEvent(log, 'c00001', 2, 'ClientSuspended', { reason: 'x' });
  await appendEvent(log, 'c00002', 2, 'ClientUpdated', {
    metadata: { client_name: 'B' },
    changed: ['client_name'],
  });
  await appendEvent(log, 'c00001', 3, 'ClientReinstated', { reason: null });
}

/** A process that follows the log, and rebuilds on end if asked to, until it is killed. */
function child(rebuilds: boolean) {
  const library = pathToFileURL(path.resolve('dist/libs/read-models/src/index.js')).href;
  const script = `
    const { openSqliteReadModels } = await import(${JSON.stringify(library)});
    const models = await openSqliteReadModels(${JSON.stringify({ modelsFile, logFile })});
    console.log('open');
    for (;;) {
      const [{ rebuild }] = await models.projections();
      if (${rebuilds} && rebuild === null) await models.rebuild('clients');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }`;
  // A file, because worker threads inherit the arguments of a script that is given as one.
  const file = path.join(directory, 'child.mjs');
  writeFileSync(file, script);
  return spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
}
async function killAfter(process: ReturnType<typeof child>, ms: number): Promise<void> {
  const started = await Promise.race([once(process.stdout, 'data'), once(process, 'exit')]);
  if (process.exitCode !== null) throw new Error(`the child ended by itself: ${String(started)}`);
  await new Promise((resolve) => void setTimeout(resolve, ms));
  process.kill('SIGKILL');
  await once(process, 'exit');
}

test('the models file is for its owner only', async () => {
  await open();
  expect(statSync(modelsFile).mode & 0o777).toBe(0o600);
});

test('design §8 · killed in the middle of a batch, it goes on where it was', async () => {
  await appendRegistrations(
    log,
    clientIds(4000).map((client_id) => ({ client_id })),
  );
  await caughtUp(log, await open());
  await close();
  run('UPDATE models SET position = 0, recordedAt = NULL, digest = NULL');
  for (const table of ['clients_2', 'documents_2', 'redirect_hosts_2']) run(`DELETE FROM ${table}`);
  for (const ms of [0, 20, 60]) await killAfter(child(false), ms);
  const reopened = await open();
  await caughtUp(log, reopened);
  expect(await replayed(reopened)).toMatchObject({ equal: true, clients: 4000, events: 4000 });
});

test('design §8 · a killed rebuild leaves the live model as it was, and nothing else', async () => {
  await appendRegistrations(
    log,
    clientIds(4000).map((client_id) => ({ client_id })),
  );
  await caughtUp(log, await open());
  await close();
  await killAfter(child(true), 60);
  const version = liveVersion();
  const reopened = await open();
  const status = await caughtUp(log, reopened);
  expect(status).toMatchObject({ modelVersion: version, rebuilt: null });
  expect(await replayed(reopened)).toMatchObject({ equal: true, clients: 4000 });
  await new Promise((resolve) => void setTimeout(resolve, 100));
  await close();
  expect(tableNames().sort()).toEqual(
    ['clients', 'documents', 'models', 'parked', 'redirect_hosts'].map((name) =>
      name === 'models' ? name : `${name}_${String(version)}`,
    ),
  );
});

const DAMAGE: [name: string, damage: () => void, reason: RegExp][] = [
  ['missing', () => rmSync(modelsFile), /no models file/],
  ['not a database', () => writeFileSync(modelsFile, 'x'.repeat(10_000)), /damaged|not one of ours/],
  ['cut off', () => truncateSync(modelsFile, 5000), /damaged/],
  ['another program’s', () => run('PRAGMA application_id = 1'), /not one of ours/],
  ['of another version', () => run('PRAGMA user_version = 99'), /another version/],
  ['without a table', () => run('DROP TABLE documents_2'), /damaged/],
];
test.each(DAMAGE)(
  'design §8 · a models file that is %s is made anew from the log',
  async (_name, damage, reason) => {
    await somethingOfEverything();
    await caughtUp(log, await open());
    await close();
    damage();
    const reopened = await open();
    const status = await caughtUp(log, reopened);
    expect(status).toMatchObject({ state: 'live', rebuilt: { reason: expect.stringMatching(reason) } });
    expect(await replayed(reopened)).toMatchObject({ equal: true, clients: 40, events: 43 });
  },
);

test('design §8 · damage that a query meets is told, and repaired while serving', async () => {
  await somethingOfEverything();
  const following = await open();
  await caughtUp(log, following);
  run('DROP TABLE documents_2');
  await expect(following.listClients({ limit: 10 })).rejects.toMatchObject({ name: 'ReadModelsUnavailable' });
  await statusWhen(following, ({ rebuilt }) => /damaged/.test(rebuilt?.reason ?? ''));
  expect((await following.listClients({ limit: 50 })).items).toHaveLength(40);
  expect(await replayed(following)).toMatchObject({ equal: true });
});

const OTHER_LOGS: [name: string, clients: number, reason: RegExp][] = [
  ['restored to an earlier state', 5, /earlier state/],
  ['another one', 60, /not the one/],
];
test.each(OTHER_LOGS)('design §8 · a log that is %s is noticed', async (_name, clients, reason) => {
  await somethingOfEverything();
  await caughtUp(log, await open());
  await close();
  await log.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${logFile}${suffix}`, { force: true });
  log = await openSqliteEventLog({ file: logFile });
  await appendRegistrations(
    log,
    clientIds(clients, 'd').map((client_id) => ({ client_id })),
  );
  const reopened = await open();
  const status = await caughtUp(log, reopened);
  expect(status).toMatchObject({ position: clients, rebuilt: { reason: expect.stringMatching(reason) } });
  expect(await replayed(reopened)).toMatchObject({ equal: true, clients });
});

test('design §8 · events that are delivered again change nothing', async () => {
  await somethingOfEverything();
  await caughtUp(log, await open());
  await close();
  run('UPDATE models SET position = 0, recordedAt = NULL, digest = NULL');
  const reopened = await open();
  expect(await caughtUp(log, reopened)).toMatchObject({
    parked: 0,
    repairedGaps: 0,
    rebuilt: null,
    position: 43,
  });
  expect(await replayed(reopened)).toMatchObject({ equal: true });
});

test('design §8 · a version gap is repaired from the log, and counted', async () => {
  await somethingOfEverything();
  await caughtUp(log, await open());
  await close();
  const id = "(SELECT id FROM clients_2 WHERE client_id = 'c00003')";
  for (const table of ['documents_2', 'redirect_hosts_2', 'clients_2'])
    run(`DELETE FROM ${table} WHERE id = ${id}`);
  await appendEvent(log, 'c00003', 2, 'ClientSuspended', { reason: 'x' });
  const reopened = await open();
  expect(await caughtUp(log, reopened)).toMatchObject({ parked: 0, repairedGaps: 1 });
  expect(await replayed(reopened)).toMatchObject({ equal: true, clients: 40, events: 44 });
});

test('design §8 · a parked client is brought up to date by a retry', async () => {
  await somethingOfEverything();
  await caughtUp(log, await open());
  await close();
  run("INSERT INTO parked_2 VALUES ('c00003', 'a defect that is mended now', 2, 44, 0)");
  await appendEvent(log, 'c00003', 2, 'ClientSuspended', { reason: 'x' });
  const reopened = await open();
  expect(await caughtUp(log, reopened)).toMatchObject({ parked: 1, skippedEvents: 1 });
  expect(await replayed(reopened)).toMatchObject({
    equal: false,
    differences: [
      { client_id: 'c00003', members: expect.arrayContaining(['status', 'streamVersion', 'parked']) },
    ],
  });
  expect(await reopened.retryParked('c00003')).toBe(true);
  expect(await reopened.parked()).toEqual([]);
  expect(await replayed(reopened)).toMatchObject({ equal: true, events: 44 });
});

const DIFFERENCES: [name: string, sql: string, difference: object][] = [
  [
    'a member of the metadata',
    "UPDATE documents_2 SET document = json_set(document, '$.metadata.client_name', 'X') WHERE id = 4",
    { client_id: 'c00003', kind: 'different', members: ['metadata.client_name'] },
  ],
  [
    'a member of a client with several events',
    "UPDATE documents_2 SET document = json_set(document, '$.status', 'deleted') WHERE id = 2",
    { client_id: 'c00001', kind: 'different', members: ['status'] },
  ],
  [
    'a column that is filtered by',
    "UPDATE clients_2 SET status = 'deleted' WHERE id = 4",
    { client_id: 'c00003', kind: 'different', members: ['filter columns'] },
  ],
  [
    'a client that is missing',
    'DELETE FROM documents_2 WHERE id = 4',
    { client_id: 'c00003', kind: 'only in the log', members: [] },
  ],
  [
    'a document without its later events',
    `UPDATE documents_2 SET document = (SELECT json_set(document, '$.streamVersion', 2, '$.status', 'suspended',
      '$.position', 41) FROM documents_2 WHERE id = 2) WHERE id = 2`,
    { client_id: 'c00001', kind: 'different', members: ['status', 'streamVersion', 'position'] },
  ],
];
test.each(DIFFERENCES)('replay · finds %s', async (_name, sql, difference) => {
  await somethingOfEverything();
  const following = await open();
  await caughtUp(log, following);
  run(sql);
  expect(await replayed(following)).toMatchObject({ equal: false, differing: 1, differences: [difference] });
});

test('replay · finds a client of which the model has the registration only', async () => {
  await somethingOfEverything();
  await caughtUp(log, await open());
  await close();
  const registered = tamper(
    (db) => db.prepare('SELECT document FROM documents_2 WHERE id = 4').pluck().get() as string,
  );
  await appendEvent(log, 'c00003', 2, 'RegistrationAccessTokenRotated', {
    digest: 'd',
    previousValidUntil: null,
  });
  const reopened = await open();
  await caughtUp(log, reopened);
  run('UPDATE documents_2 SET document = ? WHERE id = 4', registered);
  expect(await replayed(reopened)).toMatchObject({
    equal: false,
    differing: 1,
    differences: [{ client_id: 'c00003', members: ['streamVersion'] }],
  });
});

test('design §8 · a rebuild repairs what a replay found, and counts it', async () => {
  await somethingOfEverything();
  const following = await open();
  await caughtUp(log, following);
  run("UPDATE documents_2 SET document = json_set(document, '$.status', 'deleted') WHERE id < 4");
  await following.rebuild('clients');
  const status = await statusWhen(following, ({ rebuild }) => rebuild === null);
  expect(status).toMatchObject({ rebuilt: { reason: 'asked for', differences: 3 }, modelVersion: 3 });
  expect(await replayed(following)).toMatchObject({ equal: true });
});
