// A process to be killed: appends to the log named by its argument, over many streams at once, and prints each
// acknowledgement as `streamId streamVersion position eventId` (of its last event), written at once. Stops by itself at the
// first append that the log refuses, printing `refused <reason> <outcome>`.
import { writeSync } from 'node:fs';
import { LogUnavailable, openSqliteEventLog } from '../src/index.js';
import { textFor, uniqueStream } from './log-vocabulary.js';

const CALLERS = 32;
const MOST_VERSIONS = 6;
const PADDING = 'x'.repeat(900);

const say = (line: string): unknown => writeSync(process.stdout.fd, `${line}\n`);
const [file = '', lastLogPage] = process.argv.slice(2);
const log = await openSqliteEventLog({ file, maxPages: lastLogPage ? Number(lastLogPage) : undefined });
say('ready');
let going = true;

async function call(): Promise<void> {
  while (going) {
    const streamId = uniqueStream();
    for (let version = 0; going && version < MOST_VERSIONS;) {
      const events = [textFor(streamId, version + 1, PADDING), textFor(streamId, version + 2)];
      try {
        const { streamVersion, position } = await log.append({
          streamId,
          expectedVersion: version,
          events: version === 0 ? events : events.slice(0, 1),
          commitId: crypto.randomUUID(),
        });
        const last = events[streamVersion - version - 1] ?? '';
        say(`${streamId} ${streamVersion} ${position} ${(JSON.parse(last) as { eventId: string }).eventId}`);
        version = streamVersion;
      } catch (error) {
        going = false;
        if (error instanceof LogUnavailable) return void say(`refused ${error.reason} ${error.outcome}`);
        throw error;
      }
    }
  }
}

await Promise.all(Array.from({ length: CALLERS }, call));
await log.close();
