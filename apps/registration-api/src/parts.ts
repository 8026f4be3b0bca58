import type { Random, Recipients } from '@rollbook/credentials';
import type { EventLog } from '@rollbook/event-log';
import type { GuardedFetch } from '@rollbook/outbound';
import type { KeyStore } from '@rollbook/personal-data';
import type { Clock, HealthRegistry, Logger, NamedToken, Registry } from '@rollbook/platform';
import type { Policy } from '@rollbook/policy';
import type { ReadModels } from '@rollbook/read-models';
import type { Publishing } from './publishing/publishing.js';

/** What the configuration says about answering requests. */
export type RegistrationApiConfig = {
  /** Without a trailing slash; the only source of issued URLs. */
  publicUrl: string;
  /** `*`, or the origins that browsers may call from. */
  corsOrigins: readonly string[];
  /** Addresses and blocks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Per address; 0 = no limit. */
  rateLimitPerMinute: number;
  adminTokens: readonly NamedToken[];
  auditorTokens: readonly NamedToken[];
  /** 0 = a client_secret never expires. */
  secretLifetimeSeconds: number;
  /** How long the old secret stays valid after a rotation, and the most that may be asked for. */
  secretOverlapSeconds: number;
  registrationAccessTokenRotation: 'never' | 'on-update';
};

/** Everything that the HTTP application needs and does not make itself: the composition root hands it in. */
export type RegistrationApiParts = {
  config: RegistrationApiConfig;
  policy: Policy;
  log: EventLog;
  keys: KeyStore;
  /** null: secrets that work as keys can't be sealed, and clients that need one are refused. */
  recipients: Recipients | null;
  readModels: ReadModels;
  /** null: nothing is published, the read models follow the log itself (embedded). */
  publishing: Publishing | null;
  outbound: GuardedFetch;
  logger: Logger;
  metrics: Registry;
  health: HealthRegistry;
  clock: Clock;
  random: Random;
};

/** Injection token of {@link RegistrationApiParts}. */
export const PARTS = Symbol('RegistrationApiParts');
