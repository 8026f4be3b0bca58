export { keyStoreContract, type KeyStoreOptions, type KeyStorePlace } from './key-store.contract.js';
export { memoryKeyStore } from './memory-key-store.js';
