import { openSqliteKeyStore } from '@rollbook/personal-data';

// A process for the crash test to kill: takes keys as fast as it can and prints each, `kid key` in base64url.
const [file = '', masterKey = ''] = process.argv.slice(2);
const store = await openSqliteKeyStore({
  file,
  masterKey: Buffer.from(masterKey, 'base64url'),
  poolSize: 64,
});
for (;;) {
  try {
    const { kid, key } = await store.take();
    process.stdout.write(`${kid} ${key.toString('base64url')}\n`);
  } catch (error) {
    process.stdout.write(`refused ${error instanceof Error ? error.name : 'unknown'}\n`);
  }
  // Slow enough for the reader of the pipe to keep up: what it has not read when the kill comes can't be checked.
  await new Promise((resolve) => setImmediate(resolve));
}
