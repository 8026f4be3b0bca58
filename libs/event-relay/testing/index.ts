export { startLoad } from './append-load.js';
export { command, eventText, lifeEvent, newStream } from './event-texts.js';
export { inPublishingWorld, type PublishingWorld } from './publishing-world.js';
export { checkPublished, plainConnection, readPublished } from './read-published.js';
export { startPublisher, type PublisherProcess, type PublisherProcessOptions } from './start-publisher.js';
export { checkStates, type PublishedState, readStates } from './read-states.js';
