export { eventLogContract, type LogUnderTest } from './event-log.contract.js';
