import type { Random } from './random.js';

/** 128 bits: an identifier that nobody can guess or count up from (spec S8). */
const CLIENT_ID_OCTETS = 16;
/** 256 bits (spec S8). */
const REGISTRATION_ACCESS_TOKEN_OCTETS = 32;

/** A new `client_id`: 128 random bits as 22 base64url characters, nothing encoded in them (RFC 7591 §3.2.1). */
export function newClientId(random: Random): string {
  return random(CLIENT_ID_OCTETS).toString('base64url');
}

/**
 * A new `registration_access_token`: 256 random bits as 43 base64url characters (RFC 7592 §3). Opaque; only its digest
 * is kept.
 */
export function newRegistrationAccessToken(random: Random): string {
  return random(REGISTRATION_ACCESS_TOKEN_OCTETS).toString('base64url');
}
