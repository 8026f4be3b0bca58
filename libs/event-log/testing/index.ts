export { startChild, type Child } from './child.js';
export { eventLogContract, type LogUnderTest } from './event-log.contract.js';
export { readWholeLog, textFor, uniqueStream } from './log-vocabulary.js';
