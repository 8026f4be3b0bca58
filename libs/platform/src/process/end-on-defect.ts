import type { EventEmitter } from 'node:events';
import type { Logger } from '../logger.js';

/**
 * Ends the process after an error that nobody caught, a rejected promise included: what it was doing is not known any
 * more. The last line is the logger's, with its allow-list; Node's own would print everything that the error carries.
 */
export function endOnDefect(
  from: Pick<EventEmitter, 'once'>,
  logger: Pick<Logger, 'error'>,
  exit: (status: number) => void,
): void {
  from.once('uncaughtException', (err: unknown) => {
    logger.error({ err }, 'a defect: the process ends');
    exit(1);
  });
}
