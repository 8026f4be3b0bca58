// A process beside others, or to be killed: appends to the log in the database named by its arguments, over many streams
// of its own and a few that it shares with its siblings, until it has as many acknowledgements as the third argument says.
// Prints `ready`, then each acknowledgement as `streamId streamVersion position eventId` (of its last event), written at
// once. An append without a clear answer is made again until it has one, as a caller would. `conflict <streamId>` is
// printed for a stream of its own, where none can be.
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { LogUnavailable, openMongodbEventLog, VersionConflict, type Append } from '../src/index.js';
import { textFor, uniqueStream } from './log-vocabulary.js';

const CALLERS = 16;
const MOST_VERSIONS = 4;
const SHARED_STREAMS = 4;
const PADDING = 'x'.repeat(600);
const RETRY_MS = 20;

const say = (line: string): unknown => writeSync(process.stdout.fd, `${line}\n`);
const [url = '', database = '', count = ''] = process.argv.slice(2);
const log = await openMongodbEventLog({ url, database });
say('ready');
let missing = Number(count);

/** The answer in the end: where it is, or null when another was there first. */
async function appendUntilClear(append: Append) {
  for (;;) {
    try {
      return await log.append(append);
    } catch (error) {
      if (error instanceof VersionConflict) return null;
      if (!(error instanceof LogUnavailable)) throw error;
      await setTimeout(RETRY_MS);
    }
  }
}

async function versionOf(streamId: string): Promise<number> {
  for (;;) {
    try {
      return (await log.readStream(streamId)).length;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await setTimeout(RETRY_MS);
    }
  }
}

async function appendTo(streamId: string, expectedVersion: number, isShared: boolean): Promise<number> {
  const length = expectedVersion === 0 ? 2 : 1;
  const events = Array.from({ length }, (_, i) => textFor(streamId, expectedVersion + 1 + i, PADDING));
  const done = await appendUntilClear({ streamId, expectedVersion, events, commitId: crypto.randomUUID() });
  if (done === null && !isShared) say(`conflict ${streamId}`);
  if (done === null) return MOST_VERSIONS;
  const { eventId } = JSON.parse(events.at(-1) ?? '') as { eventId: string };
  say(`${streamId} ${done.streamVersion} ${done.position} ${eventId}`);
  missing--;
  return done.streamVersion;
}

async function call(caller: number): Promise<void> {
  while (missing > 0) {
    const streamId = uniqueStream();
    for (let version = 0; missing > 0 && version < MOST_VERSIONS;) {
      version = await appendTo(streamId, version, false);
    }
    const shared = `client-shared-${caller % SHARED_STREAMS}`;
    await appendTo(shared, await versionOf(shared), true);
  }
}

await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
await log.close();
