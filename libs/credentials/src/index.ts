export { bufferedRandom, type Random } from './random.js';
export { newClientId, newRegistrationAccessToken } from './identifiers.js';
export { DUMMY_DIGEST, digestMatches, secretDigest } from './digest.js';
export { issueClientSecret, type LiveSecret, type SecretKind, type SecretRecord } from './client-secret.js';
export { isLiveSecret, verifyClientSecret } from './verify-client-secret.js';
export {
  generateRecipient,
  parseRecipients,
  RecipientsError,
  type PrivateRecipientJwk,
  type PublicRecipientJwk,
  type Recipients,
} from './recipients.js';
export { openSealedSecret, SealedSecretError, sealSecret, type GeneralJWE } from './seal.js';
