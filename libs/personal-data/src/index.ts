export {
  decryptPersonal,
  encryptPersonal,
  PersonalDataError,
  type Personal,
  type PersonalKey,
} from './personal.js';
export { KeyStoreUnavailable, MasterKeyRefused, type KeyStore } from './key-store.js';
export type { MongodbKeyStoreOptions } from './mongodb/options.js';
export { openMongodbKeyStore } from './open-mongodb-key-store.js';
export { openSqliteKeyStore } from './sqlite/open.js';
