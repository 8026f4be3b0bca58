import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeyStore, KeyStoreUnavailable, MasterKeyRefused } from '@rollbook/personal-data';

export type KeyStoreOptions = { masterKey: Buffer; previousMasterKey?: Buffer; poolSize?: number };
/** A place where a driver keeps keys, new and empty; opened again it is what a restart finds. */
export type KeyStorePlace = {
  open(options: KeyStoreOptions): Promise<KeyStore>;
  dispose(): Promise<unknown>;
};

/** What every driver of the key store must hold (design §3). */
export function keyStoreContract(driver: string, newPlace: () => Promise<KeyStorePlace>): void {
  describe(`key store contract · ${driver}`, () => {
    const master = randomBytes(32);
    const opened: KeyStore[] = [];
    let place: KeyStorePlace;
    beforeEach(async () => {
      place = await newPlace();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await place.dispose();
    });
    const openStore = async (options: Partial<KeyStoreOptions> = {}): Promise<KeyStore> => {
      const store = await place.open({ masterKey: master, poolSize: 32, ...options });
      opened.push(store);
      return store;
    };
    /** The sentence with which a master key is refused. */
    const refusal = (options: Partial<KeyStoreOptions>): Promise<string> =>
      openStore(options).then(
        () => 'accepted',
        (error: unknown) => (error instanceof MasterKeyRefused ? error.message : 'another error'),
      );

    test('§3 · every key is another, and is found again now and after a restart', async () => {
      const store = await openStore();
      const taken = await Promise.all(Array.from({ length: 1000 }, () => store.take()));
      expect(new Set(taken.map(({ kid }) => kid)).size).toBe(1000);
      expect(new Set(taken.map(({ key }) => key.toString('hex'))).size).toBe(1000);
      for (const one of taken.slice(0, 40)) expect(await store.find(one.kid)).toEqual(one);
      await store.close();
      const again = await openStore();
      for (const one of taken.slice(20, 60)) expect(await again.find(one.kid)).toEqual(one);
    });

    test('§3 · after a restart no key is given that was given before', async () => {
      const first = await openStore();
      const before = await first.take();
      await first.close();
      const second = await openStore();
      const after = await Promise.all(Array.from({ length: 100 }, () => second.take()));
      expect(after.map(({ kid }) => kid)).not.toContain(before.kid);
    });

    test.each(['', 'unknown', 'A'.repeat(22), 'A'.repeat(1000), '../keys'])(
      '§3 · no key has the kid %j',
      async (kid) => {
        expect(await (await openStore()).find(kid)).toBeNull();
      },
    );

    test('master keys · a wrong one is noticed at start, with and without a wrong previous one', async () => {
      const [second, third] = [randomBytes(32), randomBytes(32)];
      await (await openStore()).close();
      const sentence =
        'the master key is not the one that this key store was made with; give that one, or give it as the previous master key to replace it';
      expect(await refusal({ masterKey: second })).toBe(sentence);
      expect(await refusal({ masterKey: second, previousMasterKey: third })).toBe(sentence);
    });

    test('master keys · one of another length is refused', async () => {
      expect(await refusal({ masterKey: randomBytes(16) })).toBe('a master key must have 32 octets');
      expect(await refusal({ previousMasterKey: Buffer.alloc(0) })).toBe('a master key must have 32 octets');
    });

    test('master keys · rotated twice: old rows still open, the previous one is needed once, the replaced ones are refused', async () => {
      const [second, third] = [randomBytes(32), randomBytes(32)];
      const first = await openStore();
      const one = await first.take();
      await first.close();
      const rotated = await openStore({ masterKey: second, previousMasterKey: master });
      const two = await rotated.take();
      expect(await rotated.find(one.kid)).toEqual(one);
      await rotated.close();
      await (await openStore({ masterKey: second })).close();
      await (await openStore({ masterKey: second, previousMasterKey: master })).close();
      const twice = await openStore({ masterKey: third, previousMasterKey: second });
      expect([await twice.find(one.kid), await twice.find(two.kid)]).toEqual([one, two]);
      await twice.close();
      const replaced = 'the master key of this key store was replaced by a newer one; give the newer one';
      expect(await refusal({})).toBe(replaced);
      expect(await refusal({ masterKey: second, previousMasterKey: master })).toBe(replaced);
    });

    test('closing refuses what comes later, and may be asked twice', async () => {
      const store = await openStore();
      const { kid } = await store.take();
      await Promise.all([store.close(), store.close()]);
      await expect(store.take()).rejects.toBeInstanceOf(KeyStoreUnavailable);
      await expect(store.find(kid)).rejects.toBeInstanceOf(KeyStoreUnavailable);
    });

    test('closing with a batch under way', async () => {
      const store = await openStore();
      const takes = Promise.allSettled(Array.from({ length: 200 }, () => store.take()));
      await store.close();
      const settled = await takes;
      expect(settled.some(({ status }) => status === 'rejected')).toBe(true);
      for (const one of settled) {
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(KeyStoreUnavailable);
      }
    });
  });
}
