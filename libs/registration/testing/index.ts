export {
  CLIENT,
  clientSecretRecord,
  metadataOf,
  register,
  sealedSecretRecord,
  tokenDigest,
} from './samples.js';
export { given, recorded } from './decider.js';
