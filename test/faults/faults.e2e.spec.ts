import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWithServers } from '@rollbook-servers';
import { newLedger, seededRandom } from '../crash/ledger.js';
import { FAULTS } from './faults.js';
import { underFault } from './harness.js';
import { type Rig, startRig } from './rig.js';

jest.setTimeout(300_000);

// The long form: npm run test:faults -- --rounds 20
describeWithServers('faults', ['own-kafka', 'own-mongodb'], () => {
  const seen = { ledger: newLedger(), random: seededRandom(20_261_124) };
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig?.stop());

  test.each(FAULTS)('design §8 · $name: every promise holds', async (fault) => {
    expect(await underFault(rig, fault, seen)).toEqual([]);
  });
});
