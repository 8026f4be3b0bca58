import { parentPort, workerData } from 'node:worker_threads';
import { LogDamaged } from '../../refusals.js';
import { checkpointer } from './checkpoint.js';
import { messageOf } from './failures.js';
import type { Group } from './group.js';
import { openLogForWriting } from './log-file.js';
import type { FromWriter, ToWriter, WriterOptions } from './writer-messages.js';
import { logWriter } from './writer.js';

if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const { file, maxPages } = workerData as WriterOptions;
const say = (message: FromWriter): void => port.postMessage(message);

function open() {
  try {
    return openLogForWriting(file);
  } catch (error) {
    say({ kind: 'not opened', damaged: error instanceof LogDamaged, sentence: messageOf(error) });
    return null;
  }
}

const opened = open();
if (opened !== null) {
  const { db, index } = opened;
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
  const writer = logWriter(db, index, file);
  const checkpoint = checkpointer(db, file);
  const commit = (group: Group): void => {
    const outcome = writer.commit(group);
    say(outcome); // before the checkpoint, which nobody needs to wait for
    if (outcome.kind === 'fatal') return;
    const sentence = checkpoint();
    if (sentence !== null) say({ kind: 'fatal', sentence });
  };
  port.on('message', (message: ToWriter) => {
    if (message !== 'close') return commit(message);
    db.close();
    port.close();
  });
  say({ kind: 'opened' });
}
