import { EventEmitter } from 'node:events';
import { createLogger } from '../logger.js';
import { endOnDefect } from './end-on-defect.js';

test('spec S10 · the last words of a process have nothing of what the error carries', () => {
  let output = '';
  const statuses: number[] = [];
  const logger = createLogger({
    level: 'info',
    pretty: false,
    destination: { write: (line) => void (output += line) },
  });
  const process = new EventEmitter();
  endOnDefect(process, logger, (status) => void statuses.push(status));
  const rawPacket = Buffer.from('authorization: Bearer a-token');
  const error = Object.assign(new Error('what happened', { cause: { token: 'a-token' } }), { rawPacket });
  process.emit('uncaughtException', error);
  expect(statuses).toEqual([1]);
  expect(output).toContain('what happened');
  expect(output).not.toContain('a-token');
  expect(output).not.toContain(rawPacket.toString('base64'));
  expect(output).not.toContain('rawPacket');
});
