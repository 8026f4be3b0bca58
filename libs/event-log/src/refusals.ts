/** Why an append, or a read, did not go through (design §4). */

/** The stream's version is not the expected one: decide again on the newer state. Nothing was written. */
export class VersionConflict extends Error {
  readonly streamId: string;
  readonly expectedVersion: number;

  constructor(streamId: string, expectedVersion: number) {
    super(`stream ${streamId} is not at version ${expectedVersion}`);
    this.name = 'VersionConflict';
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
  }
}

/** What keeps the log from answering, and after how many seconds a retry makes sense. */
const RETRY_AFTER_SECONDS = {
  /** as many appends are under way as the driver admits */
  busy: 1,
  /** no space left where the log is kept */
  full: 30,
  /** the storage did not answer, or answered with an error */
  storage: 5,
  /** the log ends before a position that once existed: appending would give that position to something else (§8) */
  restored: 30,
  /** the log was closed, because the process is stopping */
  closed: 5,
} as const;

/** The log cannot answer for now. Never means that another command was first. */
export class LogUnavailable extends Error {
  readonly reason: keyof typeof RETRY_AFTER_SECONDS;
  /** `unknown`: the append may still appear, at most once; the same append again finds out. */
  readonly outcome: 'not written' | 'unknown';
  readonly retryAfterSeconds: number;

  constructor(
    reason: keyof typeof RETRY_AFTER_SECONDS,
    message: string,
    options: { outcome?: 'not written' | 'unknown'; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LogUnavailable';
    this.reason = reason;
    this.outcome = options.outcome ?? 'not written';
    this.retryAfterSeconds = RETRY_AFTER_SECONDS[reason];
  }
}

/** The stream would grow past its bound (429). Nothing was tried. */
export class StreamFull extends Error {
  readonly streamId: string;

  constructor(streamId: string, maxVersions: number) {
    super(`stream ${streamId} would pass ${maxVersions} versions`);
    this.name = 'StreamFull';
    this.streamId = streamId;
  }
}

/** An event, or a command's events together, are larger than the log admits. Nothing was tried. */
export class EventTooLarge extends Error {
  constructor(octets: number, maxOctets: number, what = 'an event is') {
    super(`${what} too large: ${octets} octets, the limit is ${maxOctets}`);
    this.name = 'EventTooLarge';
  }
}

/** The log's file is not what it must be: another file, another format, or damaged. Not for a client's eyes. */
export class LogDamaged extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LogDamaged';
  }
}
