import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from './failures.js';
import { checkLog, type LogCheck, type LogCheckProgress } from './log-check.js';
import { openLogForReading } from './log-file.js';

export type FromCheck = { progress: LogCheckProgress } | { result: LogCheck };

if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const { file } = workerData as { file: string };
const say = (message: FromCheck): void => port.postMessage(message);

function check(): LogCheck {
  try {
    const db = openLogForReading(file);
    try {
      return checkLog(db, (progress) => say({ progress }));
    } finally {
      db.close();
    }
  } catch (error) {
    return { sound: false, events: 0, problems: [messageOf(error)] };
  }
}

say({ result: check() });
