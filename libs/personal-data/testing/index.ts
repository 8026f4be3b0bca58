export { memoryKeyStore } from './memory-key-store.js';
