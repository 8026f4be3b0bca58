import { type KeyStore, openMongodbKeyStore, openSqliteKeyStore } from '@rollbook/personal-data';

// A process for the crash tests to kill: takes keys as fast as it can and prints each, `kid key` in base64url.
const [driver, ...where] = process.argv.slice(2);

function openNamed(): Promise<KeyStore> {
  const options = { masterKey: Buffer.from(where.pop() ?? '', 'base64url'), poolSize: 64 };
  const [place = '', database = ''] = where;
  return driver === 'sqlite'
    ? openSqliteKeyStore({ file: place, ...options })
    : openMongodbKeyStore({ url: place, database, ...options });
}

const store = await openNamed();
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
