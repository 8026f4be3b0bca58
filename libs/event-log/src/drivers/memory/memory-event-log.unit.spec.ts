import { eventLogContract } from '@rollbook-testing/event-log';
import { memoryEventLog } from './memory-event-log.js';

eventLogContract('memory', async () => {
  const log = memoryEventLog();
  return { handles: [log], dispose: () => log.close() };
});
