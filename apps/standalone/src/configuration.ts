import {
  ConfigurationError,
  corsOrigin,
  type Environment,
  Expected,
  jsonText,
  listOf,
  LOG_LEVELS,
  masterKey,
  namedTokens,
  type NamedToken,
  oneOf,
  plainText,
  proxyRange,
  publicUrl,
  readVariables,
  type Values,
  variable,
  variablesMarkdown,
  wholeNumber,
} from '@rollbook/platform';

const CENTURY_SECONDS = 3_155_760_000;

/** A value that exists elsewhere and not yet here; `says` names what to do instead. */
const notYet = (accepted: string, says: string) => (text: string) => {
  if (text !== accepted) throw new Expected(`${accepted}: ${says}`);
  return accepted;
};
const notHere = (): never => {
  throw new Expected(
    'no value: the distributed service (MongoDB and Kafka) does not exist yet, this is the embedded one',
  );
};

/** Every variable of the embedded service: docs/configuration.md is this table. */
export const VARIABLES = {
  host: variable({
    name: 'ROLLBOOK_HOST',
    parse: plainText,
    default: '127.0.0.1',
    says: 'address to listen on',
  }),
  port: variable({
    name: 'ROLLBOOK_PORT',
    parse: wholeNumber(0, 65_535),
    default: 3000,
    says: 'port to listen on; 0 takes a free one',
  }),
  publicUrl: variable<string | null>({
    name: 'ROLLBOOK_PUBLIC_URL',
    parse: publicUrl,
    default: null,
    defaultShown: '`http://localhost:PORT`',
    says: 'where clients reach the service, the only source of issued URLs; plain http only for loopback hosts',
  }),
  dataDir: variable({
    name: 'ROLLBOOK_DATA_DIR',
    parse: plainText,
    default: './data',
    says: 'the SQLite files and generated keys (directory 0700, files 0600)',
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
  adminTokens: variable<readonly NamedToken[] | null>({
    name: 'ROLLBOOK_ADMIN_TOKENS',
    secret: true,
    parse: namedTokens,
    default: null,
    defaultShown: 'one, generated at the first start into `admin-tokens` of the data directory',
    says: 'lines `name:token`; the name stands in clear in the history, so it names a role and no person',
  }),
  auditorTokens: variable<readonly NamedToken[] | null>({
    name: 'ROLLBOOK_AUDITOR_TOKENS',
    secret: true,
    parse: namedTokens,
    default: null,
    defaultShown: 'likewise, `auditor-tokens`',
    says: 'lines `name:token`',
  }),
  masterKey: variable<Buffer | null>({
    name: 'ROLLBOOK_MASTER_KEY',
    secret: true,
    parse: masterKey,
    default: null,
    defaultShown: 'generated likewise, `master-key`',
    says: '32 octets as base64url or hexadecimal digits; the keys of personal data derive from it',
  }),
  previousMasterKey: variable<Buffer | null>({
    name: 'ROLLBOOK_MASTER_KEY_PREVIOUS',
    secret: true,
    parse: masterKey,
    default: null,
    says: 'the master key that the present one replaces; needed at the first start with the new one',
  }),
  secretRecipients: variable<unknown>({
    name: 'ROLLBOOK_SECRET_RECIPIENTS',
    parse: jsonText,
    default: null,
    defaultShown:
      'a key pair generated likewise, `secret-recipients.json` and `secret-recipient-private-key.json`',
    says: 'JWK Set of public keys for which secrets that work as keys are sealed',
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
    says: 'registrations, and apart from them failed authentications, per address; 0 switches it off',
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
  logLevel: variable<(typeof LOG_LEVELS)[number]>({
    name: 'ROLLBOOK_LOG_LEVEL',
    parse: oneOf(...LOG_LEVELS),
    default: 'info',
    says: 'JSON lines on stdout, readable ones when it is a terminal',
  }),
} as const;

/** Variables of the distributed service: setting one here is a misunderstanding that must not pass in silence. */
const DISTRIBUTED = {
  mongodbUrl: variable({ name: 'ROLLBOOK_MONGODB_URL', parse: notHere, default: null, says: '' }),
  kafkaBrokers: variable({ name: 'ROLLBOOK_KAFKA_BROKERS', parse: notHere, default: null, says: '' }),
};
export const ALL_VARIABLES = { ...VARIABLES, ...DISTRIBUTED };

export type Configuration = Omit<Values<typeof VARIABLES>, 'publicUrl'> & {
  /** Known once the port is: see {@link publicUrlAt}. */
  publicUrl: string | null;
};

/** @throws ConfigurationError with one line for every mistake */
export function readConfiguration(
  environment: Environment,
  readFile: (file: string) => string,
): Configuration {
  return readVariables(ALL_VARIABLES, environment, readFile);
}

/** The policy file's content, null where none is configured. */
export function readPolicy(file: string | null, readFile: (file: string) => string): unknown {
  if (file === null) return null;
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    throw new ConfigurationError([
      `ROLLBOOK_POLICY: the file cannot be read (${String((error as NodeJS.ErrnoException).code)})`,
    ]);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigurationError(['ROLLBOOK_POLICY: the file is not JSON']);
  }
}

/** The public URL that was configured, or the loopback one of the port. */
export const publicUrlAt = ({ publicUrl: configured }: Configuration, port: number) =>
  configured ?? `http://localhost:${port}`;

/** docs/configuration.md. */
export function configurationMarkdown(): string {
  return `# Configuration

Generated from the table in \`apps/standalone/src/configuration.ts\` (\`npm run docs:generate\`).

The environment is read once, at the start. Every variable \`NAME\` may instead be given as \`NAME_FILE\`, the path of a
file with the value. A wrong value stops the start with one line for each mistake, which names the variable and never
its value; a variable with our prefix that is not in this list is named in a warning.

${variablesMarkdown(VARIABLES)}
\`npx rollbook\` reads \`ROLLBOOK_URL\` (default \`http://localhost:3000\`), \`ROLLBOOK_TOKEN\` and \`ROLLBOOK_TOKEN_FILE\`.

The policy file (\`ROLLBOOK_POLICY\`) says what the authorization server supports, and so what clients may register and
what discovery announces. Its JSON Schema is served at \`/schemas/policy\`; \`examples/policy.json\` is a complete one.
`;
}
