import { randomBytes } from 'node:crypto';
import type { KeyStore, PersonalKey } from '@rollbook/personal-data';

/** Keys in memory, for suites that are about something else. `take` and `find` behave as in the real store. */
export function memoryKeyStore(): KeyStore {
  const keys = new Map<string, Buffer>();
  return {
    take: async (): Promise<PersonalKey> => {
      const taken = { kid: randomBytes(16).toString('base64url'), key: randomBytes(32) };
      keys.set(taken.kid, taken.key);
      return taken;
    },
    find: async (kid) => {
      const key = keys.get(kid);
      return key === undefined ? null : { kid, key };
    },
    close: async () => {},
  };
}
