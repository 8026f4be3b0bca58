import { EventEmitter } from 'node:events';
import { warningsToLog } from '@rollbook/platform';

test.each([
  ['DeprecationWarning', 'warn'],
  ['TimeoutNegativeWarning', 'debug'],
])("Node's %s is a line of the log, level %s, and nothing else", (name, level) => {
  const lines: unknown[] = [];
  const at = (one: string) => (fields: unknown, message?: string) => void lines.push([one, fields, message]);
  const process = new EventEmitter().on('warning', () => lines.push('printed'));
  warningsToLog(process, { debug: at('debug'), warn: at('warn') });
  const err = Object.assign(new Error('x'), { name });
  process.emit('warning', err);
  expect(lines).toEqual([[level, { err }, 'a warning of the runtime']]);
});
