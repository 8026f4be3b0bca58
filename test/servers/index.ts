export { startKafka, type KafkaOptions, type OwnBroker, type OwnKafka } from './kafka.js';
export { startMongodb, type MongodbKind, type OwnMongodb, type Snapshot } from './mongodb.js';
export { LOOPBACK, freePorts } from './ports.js';
export { startLocalProcess } from './server-process.js';
export type { LocalProcess, ServerProcess } from './server-process.js';
export { describeWithServers, kafkaForSuite, mongodbForSuite } from './suite.js';
export type { SuiteKafka, SuiteMongodb } from './suite.js';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
export { removeFolder, temporaryFolder } from './temporary-folder.js';
