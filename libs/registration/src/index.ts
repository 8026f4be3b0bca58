export type {
  Command,
  DeleteClient,
  Origin,
  RegisterClient,
  ReinstateClient,
  RotateRegistrationAccessToken,
  RotateSecret,
  SuspendClient,
  UpdateClient,
} from './commands.js';
export { decide } from './decide.js';
export { describeChange, type Change, type PersonalChange } from './describe-change.js';
export { ACTOR_KINDS, type Actor, type Envelope } from './envelope-shape.js';
export { eventSchema, eventSchemaPath } from './event-schemas.js';
export { UnknownEvent } from './event-type.js';
export {
  EVENT_TYPES,
  eventExample,
  schemaVersionOf,
  streamIdOf,
  upcast,
  type ClientEvent,
  type ClientEventType,
  type ClientFact,
  type EventData,
  type PersonalFacts,
} from './events.js';
export {
  clientMetadata as clientMetadataShape,
  clientSecret as clientSecretShape,
  instant as instantShape,
  nullable as nullableShape,
} from './events/parts.js';
export { eventsMarkdown } from './events-markdown.js';
export { evolve, fold, stateAsOf } from './evolve.js';
export { LintError, lintFacts } from './lint-facts.js';
export { incompatibilities } from './schema-compatibility.js';
export { secretAfterUpdate } from './secret-rules.js';
export {
  initialState,
  liveRegistrationAccessTokens,
  type ClientState,
  type RegistrationAccessTokenRecord,
} from './state.js';
