import type {
  DeleteClient,
  ReinstateClient,
  RotateRegistrationAccessToken,
  RotateSecret,
  SuspendClient,
  UpdateClient,
} from '../src/index.js';
import { clientSecretRecord, metadataOf, tokenDigest } from './samples.js';

/** Noon of a day of the month in which everything happens. */
export const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T12:00:00.000Z`;
const common = { now: day(2), origin: {} };
export const update = (change: Partial<UpdateClient> = {}): UpdateClient => ({
  type: 'UpdateClient',
  ...common,
  metadata: metadataOf(),
  currentPersonalMetadata: null,
  secret: null,
  registrationAccessToken: null,
  ...change,
});
export const rotate = (change: Partial<RotateSecret> = {}): RotateSecret => ({
  type: 'RotateSecret',
  ...common,
  by: 'client',
  secret: clientSecretRecord('s2'),
  overlapSeconds: 86_400,
  ...change,
});
export const rotateToken: RotateRegistrationAccessToken = {
  type: 'RotateRegistrationAccessToken',
  ...common,
  digest: tokenDigest('t2'),
  previousValidUntil: null,
};
export const suspend: SuspendClient = { type: 'SuspendClient', ...common, reason: 'abuse' };
export const reinstate: ReinstateClient = { type: 'ReinstateClient', ...common, reason: null };
export const remove = (by: 'client' | 'operator'): DeleteClient => ({
  type: 'DeleteClient',
  ...common,
  by,
  reason: null,
});

export const publicClient = metadataOf({ token_endpoint_auth_method: 'none' });
export const keyClient = metadataOf({ token_endpoint_auth_method: 'client_secret_jwt' });
