export { MAX_EVENT_OCTETS, MAX_STREAM_VERSIONS } from './admit-append.js';
export type { Append, Appended, EventLog, EventLogReader, StoredEvent } from './event-log.js';
export { EventTooLarge, LogDamaged, LogUnavailable, StreamFull, VersionConflict } from './refusals.js';
export { memoryEventLog } from './drivers/memory/memory-event-log.js';
export { readEvent, recordFacts, uuidV7 } from './envelope.js';
