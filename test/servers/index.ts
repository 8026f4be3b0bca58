export { startKafka, type OwnKafka } from './kafka.js';
export { startMongodb, type MongodbKind, type OwnMongodb, type Snapshot } from './mongodb.js';
export { LOOPBACK, freePorts } from './ports.js';
export type { ServerProcess } from './server-process.js';
export { describeWithServers, kafkaForSuite, mongodbForSuite } from './suite.js';
export type { SuiteKafka, SuiteMongodb } from './suite.js';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
