import path from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '@rollbook/platform';
import { startDistributed } from '../support/distributed/distributed.js';

// npm run distributed -- [--apis 2] [--projectors 2] [--brokers 1] [--port 3000]
const { values } = parseArgs({
  options: {
    apis: { type: 'string', default: '2' },
    projectors: { type: 'string', default: '2' },
    brokers: { type: 'string', default: '1' },
    port: { type: 'string', default: '3000' },
  },
});
const logger = createLogger({ level: 'info', pretty: process.stdout.isTTY });
const brokers = ([1, 2, 3] as const).find((count) => count === Number(values.brokers));
if (brokers === undefined) {
  process.stderr.write('--brokers is 1, 2 or 3\n');
  process.exit(2);
}

let status = 0;
let isUp = false;
const asked = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Half a system has nothing to finish: whatever was started ends with this process.
    if (!isUp) process.exit(1);
    asked.resolve();
  });
}

logger.info('starting Kafka, MongoDB, registration-api and projector on this machine');
try {
  const system = await startDistributed({
    apis: Number(values.apis),
    projectors: Number(values.projectors),
    kafka: { start: brokers },
    port: Number(values.port),
    // What is set for the service is meant for its processes too; what is generated here comes after it.
    env: variablesOf(process.env),
    onDeath(name, how) {
      logger.error(`${name} ${how}: stopping the others`);
      status = 1;
      asked.resolve();
    },
  });
  isUp = true;
  const { apis, projectors, secrets, directory, mongodb } = system;
  for (const place of [
    `listening on ${system.url}`,
    ...[...apis, ...projectors].map(({ name, url, pid }) => `${name} on ${url}, process ${pid}`),
    `Kafka on ${system.brokers.join(',')}, MongoDB (${mongodb?.kind}) on ${system.mongodbUrl}`,
    `admin tokens: ${secrets.adminTokensFile}`,
    `auditor tokens: ${secrets.auditorTokensFile}`,
    `private key of the sealed secrets: ${secrets.recipientPrivateKeyFile}`,
    `logs: ${path.join(directory, 'logs')}`,
    'everything is gone after Ctrl-C',
  ]) {
    logger.info(place);
  }
  await asked.promise;
  logger.info('stopping');
  for (const [name, ended] of Object.entries(await system.stop()))
    if (ended !== 0) logger.warn(`${name} ended with ${ended ?? 'a signal'}`);
} catch (error) {
  logger.error(error instanceof Error ? error.message : String(error));
  status = 1;
}
process.exit(status);

function variablesOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (one): one is [string, string] => /^ROLLBOOK_(?!TEST_)/.test(one[0]) && one[1] !== undefined,
    ),
  );
}
