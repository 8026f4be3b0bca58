import {
  corsOrigin,
  jsonText,
  listOf,
  masterKey,
  mongodbUrl,
  namedTokens,
  type NamedToken,
  oneOf,
  plainText,
  proxyRange,
  publicUrl,
  hostAndPort,
  topicPrefix,
  wholeNumber,
} from './variable-parsers.js';
import { LOG_LEVELS } from './logger.js';
import { Expected, optional, refused, required, type Row, variable } from './variables.js';

const CENTURY_SECONDS = 3_155_760_000;

/** A value that exists elsewhere and not yet here; `says` names what to do instead. */
const notYet = (accepted: string, says: string) => (text: string) => {
  if (text !== accepted) throw new Expected(`${accepted}: ${says}`);
  return accepted;
};
const row = <T>(one: Row<T>): Row<T> => Object.freeze(one);

/** Rows whose default is another one, or none, from app to app. */
const VARYING = {
  publicUrl: row({
    name: 'ROLLBOOK_PUBLIC_URL',
    parse: publicUrl,
    says: 'where clients reach the service, the only source of issued URLs; plain http only for loopback hosts',
  }),
  dataDir: row({
    name: 'ROLLBOOK_DATA_DIR',
    parse: plainText,
    says: 'the SQLite files and generated keys (directory 0700, files 0600)',
  }),
  adminTokens: row<readonly NamedToken[]>({
    name: 'ROLLBOOK_ADMIN_TOKENS',
    secret: true,
    parse: namedTokens,
    says: 'lines `name:token`; the name stands in clear in the history, so it names a role and no person',
  }),
  auditorTokens: row<readonly NamedToken[]>({
    name: 'ROLLBOOK_AUDITOR_TOKENS',
    secret: true,
    parse: namedTokens,
    says: 'lines `name:token`',
  }),
  masterKey: row<Buffer>({
    name: 'ROLLBOOK_MASTER_KEY',
    secret: true,
    parse: masterKey,
    says: '32 octets as base64url or hexadecimal digits; the keys of personal data derive from it',
  }),
  secretRecipients: row<unknown>({
    name: 'ROLLBOOK_SECRET_RECIPIENTS',
    parse: jsonText,
    says: 'JWK Set of public keys for which secrets that work as keys are sealed; without one, clients that need such a secret are refused',
  }),
  mongodb: row({
    name: 'ROLLBOOK_MONGODB_URL',
    secret: true,
    parse: mongodbUrl,
    says: 'connection string of the log and the read models; its path names the database (`rollbook` where it has none), beside which the keys of personal data have one of their own, `…_keys`',
  }),
  kafkaBrokers: row<readonly string[]>({
    name: 'ROLLBOOK_KAFKA_BROKERS',
    parse: listOf(hostAndPort),
    says: '`host:port`, a comma between several',
  }),
} as const;

/** Where and how loudly an app runs. */
const RUNNING = {
  host: variable({
    name: 'ROLLBOOK_HOST',
    parse: plainText,
    default: '127.0.0.1',
    says: 'address to listen on',
  }),
  logLevel: variable<(typeof LOG_LEVELS)[number]>({
    name: 'ROLLBOOK_LOG_LEVEL',
    parse: oneOf(...LOG_LEVELS),
    default: 'info',
    says: 'JSON lines on stdout, readable ones when it is a terminal',
  }),
} as const;

/** How registrations are answered, embedded and distributed alike. */
const ANSWERING = {
  port: variable({
    name: 'ROLLBOOK_PORT',
    parse: wholeNumber(0, 65_535),
    default: 3000,
    says: 'port to listen on; 0 takes a free one',
  }),
  profile: variable({
    name: 'ROLLBOOK_PROFILE',
    parse: notYet('rfc7591', 'the profiles oauth21, fapi2 and mcp do not exist yet'),
    default: 'rfc7591',
    says: '`rfc7591`',
  }),
  registration: variable({
    name: 'ROLLBOOK_REGISTRATION',
    parse: notYet('open', 'initial access tokens do not exist yet'),
    default: 'open',
    says: '`open`: anyone may register',
  }),
  policyPath: variable<string | null>({
    name: 'ROLLBOOK_POLICY',
    parse: plainText,
    default: null,
    defaultShown: 'built in',
    says: 'path of the policy file; its JSON Schema is at `/schemas/policy`, an example is `examples/policy.json`',
  }),
  previousMasterKey: variable<Buffer | null>({
    name: 'ROLLBOOK_MASTER_KEY_PREVIOUS',
    secret: true,
    parse: masterKey,
    default: null,
    says: 'the master key that the present one replaces; needed at the first start with the new one',
  }),
  secretLifetimeSeconds: variable({
    name: 'ROLLBOOK_SECRET_LIFETIME_SECONDS',
    parse: wholeNumber(0, CENTURY_SECONDS),
    default: 0,
    says: 'how long a client_secret lives; 0 = for ever',
  }),
  secretOverlapSeconds: variable({
    name: 'ROLLBOOK_SECRET_OVERLAP_SECONDS',
    parse: wholeNumber(0, CENTURY_SECONDS),
    default: 86_400,
    says: 'how long the old secret stays valid after a rotation, and the most that a client may ask for',
  }),
  registrationAccessTokenRotation: variable<'never' | 'on-update'>({
    name: 'ROLLBOOK_RAT_ROTATION',
    parse: oneOf('never', 'on-update'),
    default: 'never',
    says: '`on-update`: a PUT that changes something gives a new registration access token; the old one works for an hour more',
  }),
  rateLimitPerMinute: variable({
    name: 'ROLLBOOK_RATE_LIMIT_PER_MINUTE',
    parse: wholeNumber(0, 10_000_000),
    default: 600,
    says: 'registrations, and apart from them failed authentications, per address and process; 0 switches it off',
  }),
  trustedProxies: variable<readonly string[]>({
    name: 'ROLLBOOK_TRUSTED_PROXIES',
    parse: listOf(proxyRange),
    default: [],
    says: 'addresses and CIDR blocks whose `X-Forwarded-For` is believed',
  }),
  corsOrigins: variable<readonly string[]>({
    name: 'ROLLBOOK_CORS_ORIGINS',
    parse: listOf(corsOrigin),
    default: ['*'],
    says: 'origins of browser-based clients, without credentials',
  }),
} as const;

/** How Kafka is reached and which topics are used; the same in every process of one distributed service. */
const KAFKA = {
  kafkaTls: variable<boolean>({
    name: 'ROLLBOOK_KAFKA_TLS',
    parse: (text) => oneOf('true', 'false')(text) === 'true',
    default: false,
    says: '`true`: TLS; a private authority is given to Node in `NODE_EXTRA_CA_CERTS`',
  }),
  kafkaSaslMechanism: variable<'plain' | 'scram-sha-256' | 'scram-sha-512' | null>({
    name: 'ROLLBOOK_KAFKA_SASL_MECHANISM',
    parse: oneOf('plain', 'scram-sha-256', 'scram-sha-512'),
    default: null,
    says: '`plain`, `scram-sha-256` or `scram-sha-512`; with a user name and a password',
  }),
  kafkaSaslUsername: variable<string | null>({
    name: 'ROLLBOOK_KAFKA_SASL_USERNAME',
    secret: true,
    parse: plainText,
    default: null,
    says: 'user name for SASL',
  }),
  kafkaSaslPassword: variable<string | null>({
    name: 'ROLLBOOK_KAFKA_SASL_PASSWORD',
    secret: true,
    parse: plainText,
    default: null,
    says: 'password for SASL',
  }),
  kafkaTopicPrefix: variable({
    name: 'ROLLBOOK_KAFKA_TOPIC_PREFIX',
    parse: topicPrefix,
    default: 'rollbook',
    says: 'what the names of the topics begin with: `rollbook.events.v1`, `rollbook.clients.v1`',
  }),
  kafkaPartitions: variable({
    name: 'ROLLBOOK_KAFKA_PARTITIONS',
    parse: wholeNumber(1, 1000),
    default: 6,
    says: 'partitions of each topic, for its life: topics that exist with another number stop the start',
  }),
  kafkaReplicationFactor: variable<number | null>({
    name: 'ROLLBOOK_KAFKA_REPLICATION_FACTOR',
    parse: wholeNumber(1, 100),
    default: null,
    defaultShown: '`3` where there are three brokers, else as many as there are',
    says: 'copies of each topic; topics that exist with another number stop the start',
  }),
} as const;

const PROJECTING = {
  projectorPort: variable({
    name: 'ROLLBOOK_PROJECTOR_PORT',
    parse: wholeNumber(0, 65_535),
    default: 3001,
    says: "port of the projector's own health checks and metrics; 0 takes a free one",
  }),
} as const;

/** Every variable of every app: what is named in none of them is a typing error. */
export const SERVICE_VARIABLES = { ...RUNNING, ...ANSWERING, ...VARYING, ...KAFKA, ...PROJECTING } as const;

const BELONGS_TO_DISTRIBUTED =
  'it belongs to the distributed service: start registration-api and projector, this is the embedded one';
const BELONGS_TO_EMBEDDED = 'it belongs to the embedded service; the distributed one keeps nothing in files';

/** What the embedded service reads: a value for everything, so that nothing has to be set. */
export const EMBEDDED_VARIABLES = {
  ...RUNNING,
  ...ANSWERING,
  publicUrl: optional(VARYING.publicUrl, null, '`http://localhost:PORT`'),
  dataDir: optional(VARYING.dataDir, './data'),
  adminTokens: optional(
    VARYING.adminTokens,
    null,
    'one, generated at the first start into `admin-tokens` of the data directory',
  ),
  auditorTokens: optional(VARYING.auditorTokens, null, 'likewise, `auditor-tokens`'),
  masterKey: optional(VARYING.masterKey, null, 'generated likewise, `master-key`'),
  secretRecipients: optional(
    VARYING.secretRecipients,
    null,
    'a key pair generated likewise, `secret-recipients.json` and `secret-recipient-private-key.json`',
  ),
  mongodb: refused(VARYING.mongodb, BELONGS_TO_DISTRIBUTED),
  kafkaBrokers: refused(VARYING.kafkaBrokers, BELONGS_TO_DISTRIBUTED),
} as const;

/** What both distributed apps read. */
const DISTRIBUTED = {
  ...RUNNING,
  ...KAFKA,
  mongodb: required(VARYING.mongodb),
  kafkaBrokers: required(VARYING.kafkaBrokers),
  dataDir: refused(VARYING.dataDir, BELONGS_TO_EMBEDDED),
} as const;

/**
 * What `registration-api` reads. Several processes are one service, so nothing can be generated or derived that all of
 * them must have alike: the tokens, the master key, and the URL that they issue.
 */
export const REGISTRATION_API_VARIABLES = {
  ...DISTRIBUTED,
  ...ANSWERING,
  publicUrl: required(VARYING.publicUrl),
  adminTokens: required(VARYING.adminTokens),
  auditorTokens: required(VARYING.auditorTokens),
  masterKey: required(VARYING.masterKey),
  secretRecipients: optional(VARYING.secretRecipients, null),
} as const;

/** What `projector` reads: no key and no token, for it never decrypts and answers nobody but its operators. */
export const PROJECTOR_VARIABLES = { ...DISTRIBUTED, ...PROJECTING } as const;
