import type { EventEmitter } from 'node:events';
import type { Logger } from '../logger.js';

/** kafkajs 2.2.4 asks for a timer that is already over, once per process; Node takes it as one millisecond. */
const HARMLESS = 'TimeoutNegativeWarning';

/** Makes log lines of Node's own warnings, which would stand between them on stderr in another form. */
export function warningsToLog(
  from: Pick<EventEmitter, 'on' | 'removeAllListeners'>,
  logger: Pick<Logger, 'debug' | 'warn'>,
): void {
  from.removeAllListeners('warning');
  from.on('warning', (err: Error) => {
    logger[err.name === HARMLESS ? 'debug' : 'warn']({ err }, 'a warning of the runtime');
  });
}
