import { parentPort, workerData } from 'node:worker_threads';
import type { ClientQuery } from '../clients/query.js';
import { Queries } from './queries.js';
import { answerCalls } from './worker-calls.js';

if (parentPort === null) throw new Error('query.worker runs as a worker thread only');
const { modelsFile } = workerData as { modelsFile: string };
const queries = new Queries(modelsFile, Date.now);

answerCalls(parentPort, {
  listClients: (query: ClientQuery) => queries.listClients(query),
  statistics: () => queries.statistics(),
  parked: () => queries.parked(),
  reopen: () => queries.reopen(),
  close: () => queries.reopen(),
});
