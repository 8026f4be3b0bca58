import { memoryEventLog } from '@rollbook/event-log';
import { openMongodbReadModels } from '@rollbook/read-models';
import { readModelsContract, startFeeder } from '@rollbook-testing/read-models';
import { describeWithServers, mongodbForSuite } from '@rollbook-servers';

describeWithServers('MongoDB', ['mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let opened = 0;
  beforeAll(async () => {
    mongodb = await mongodbForSuite();
  });
  afterAll(() => mongodb.drop());

  readModelsContract('MongoDB', async () => {
    opened += 1;
    const place = { url: mongodb.url, database: `${mongodb.database}_${opened}` };
    const log = memoryEventLog();
    const feeder = await startFeeder({ ...place, log });
    const models = await openMongodbReadModels({ ...place, log });
    return {
      log,
      models,
      async close() {
        await models.close();
        await feeder.stop();
        await log.close();
      },
    };
  });
});
