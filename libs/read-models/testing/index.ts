export {
  eventText,
  METADATA,
  registration,
  registrationText,
  SECRET,
  type TextParts,
} from './client-events.js';
export { type FeederOptions, PublishedLog, startFeeder } from './feeder.js';
export { appendEvent, appendRegistrations, caughtUp, clientIds, statusWhen } from './following.js';
export { type OpenedModels, readModelsContract, replayed } from './read-models.contract.js';
