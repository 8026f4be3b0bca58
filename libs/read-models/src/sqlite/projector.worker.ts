import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteLogReader } from '@rollbook/event-log';
import { Projector } from './projector.js';
import { answerCalls, type Notice } from './worker-calls.js';

if (parentPort === null) throw new Error('projector.worker runs as a worker thread only');
const port = parentPort;
const { modelsFile, logFile, wakeUp } = workerData as {
  modelsFile: string;
  logFile: string;
  wakeUp: Int32Array;
};
const tell = (notice: Notice): void => port.postMessage(notice);
const projector = new Projector({
  modelsFile,
  reader: openSqliteLogReader({ file: logFile }),
  onStatus: (value) => tell({ notice: 'status', value }),
  onLook: () => Atomics.store(wakeUp, 0, 0),
  onReplaced: () => tell({ notice: 'replaced' }),
});

answerCalls(port, {
  wake: () => projector.wake(),
  rebuild: () => projector.rebuild(),
  retryParked: (client_id: string) => projector.retryParked(client_id),
  hold: () => projector.hold(),
  release: () => projector.release(),
  reportDamage: (reason: string) => projector.reportDamage(reason),
  close: () => projector.close(),
});
