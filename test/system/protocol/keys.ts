import { generateKeyPairSync } from 'node:crypto';

const publicJwk = (key: { export(options: { format: 'jwk' }): object }) =>
  key.export({ format: 'jwk' }) as Record<string, unknown>;

export const EC_KEY = publicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
export const RSA_KEY = publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
export const ED_KEY = publicJwk(generateKeyPairSync('ed25519').publicKey);
export const X_KEY = publicJwk(generateKeyPairSync('x25519').publicKey);
/** A P-256 key that says it signs. */
export const SIGNING_KEY = { ...EC_KEY, use: 'sig', alg: 'ES256', kid: 'sig-1' };
