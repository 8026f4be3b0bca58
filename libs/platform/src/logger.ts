import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

/**
 * The only fields that a log call's object may pass; every other one is dropped. An allow-list, because a list of what
 * to hide always misses the field that somebody adds next (spec S10). None of them may ever hold an address, a user
 * agent, a token, a secret, a query string, a body or a contact.
 */
export const SAFE_FIELDS = [
  'attempt',
  'client_id',
  'durationMs',
  'event',
  'events',
  'gaps',
  'generation',
  'method',
  'name',
  'offset',
  'partition',
  'partitions',
  'position',
  'refusal',
  'requestId',
  'route',
  'rules',
  'status',
  'variable',
] as const;

export type LogFields = { readonly [Field in (typeof SAFE_FIELDS)[number]]?: unknown } & { err?: unknown };
type LogCall = {
  (message: string): void;
  (fields: LogFields, message: string): void;
};
export type Logger = {
  readonly [Level in 'debug' | 'info' | 'warn' | 'error']: LogCall;
} & { isDebug(): boolean; flush(): void };

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The part of an object that may be logged. `err` becomes name, message, code and stack: nothing an error carries along. */
export function safeFields(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const field of SAFE_FIELDS) {
    const value = fields[field];
    if (value !== undefined) safe[field] = value;
  }
  if (fields.err !== undefined) safe['err'] = safeError(fields.err, 0);
  return safe;
}

/** Causes are followed this deep. */
const CAUSE_DEPTH = 3;

function safeError(error: unknown, depth: number): Record<string, unknown> {
  // A property test, because `instanceof` fails for errors of another realm.
  if (typeof error !== 'object' || error === null || !('message' in error)) return { name: typeof error };
  const { name, stack } = error as { name?: unknown; stack?: unknown };
  const code = 'code' in error ? error.code : undefined;
  const cause = 'cause' in error ? error.cause : undefined;
  return {
    name,
    // The parsers of JavaScript quote what they could not read, and that may be anybody's input.
    ...(name === 'SyntaxError' ? {} : { message: error.message }),
    ...(code === undefined ? {} : { code }),
    stack: framesOf(stack),
    ...(cause === undefined || depth >= CAUSE_DEPTH ? {} : { cause: safeError(cause, depth + 1) }),
  };
}

/** Where it was thrown. What precedes the frames is the message over again. */
const framesOf = (stack: unknown): string | undefined =>
  typeof stack === 'string'
    ? stack
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .join('\n')
    : undefined;

/**
 * The service's logger: JSON lines on stdout, or `pretty` lines when stdout is a terminal.
 *
 * @param options.destination for tests; stdout otherwise
 */
export function createLogger(options: {
  level: LogLevel;
  pretty: boolean;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (options.pretty && !options.destination) {
    const transport = {
      target: 'pino-pretty',
      options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' },
    };
    return wrap(pino({ ...settings, formatters: {}, transport }));
  }
  return wrap(pino(settings, options.destination ?? pino.destination({ fd: 1, sync: true })));
}

function wrap(log: PinoLogger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogCall =>
    (fields: LogFields | string, message?: string): void => {
      if (!log.isLevelEnabled(level)) return;
      if (typeof fields === 'string') log[level](fields);
      else log[level](safeFields(fields), message);
    };
  return Object.freeze({
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isDebug: () => log.isLevelEnabled('debug'),
    flush: () => log.flush(),
  });
}

/** A logger that says nothing. */
export const silentLogger = (): Logger => createLogger({ level: 'silent', pretty: false });
