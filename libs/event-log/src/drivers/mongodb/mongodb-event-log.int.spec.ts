import { openMongodbEventLog } from '@rollbook/event-log';
import { eventLogContract } from '@rollbook-testing/event-log';
import { describeWithServers, mongodbForSuite } from '@rollbook-servers';

describeWithServers('MongoDB event log', ['mongodb'], () => {
  eventLogContract('mongodb, three handles on one database', async () => {
    const suite = await mongodbForSuite();
    const open = () => openMongodbEventLog({ url: suite.url, database: suite.database });
    const [first, second, third] = await Promise.all([open(), open(), open()]);
    return {
      handles: [first, second, third],
      async dispose() {
        await Promise.all([first.close(), second.close(), third.close()]);
        await suite.drop();
      },
    };
  });
});
