export {
  CLIENT,
  clientSecretRecord,
  metadataOf,
  register,
  sealedSecretRecord,
  tokenDigest,
} from './samples.js';
export { given, recorded } from './decider.js';
export {
  day,
  keyClient,
  publicClient,
  reinstate,
  remove,
  rotate,
  rotateToken,
  suspend,
  update,
} from './commands.js';
