/** What the process says to the shell that called it. */
export const EXIT = {
  ok: { code: 0, means: 'done' },
  refused: { code: 1, means: 'the service refused the request (4xx); its answer is on stderr' },
  usage: { code: 2, means: 'wrong arguments, an unreadable file, or input that is not JSON' },
  unauthorized: { code: 3, means: 'the token is missing, unknown, or not allowed to do this (401, 403)' },
  unavailable: { code: 4, means: 'the service cannot be reached, or has no answer now (429, 5xx)' },
  unequal: {
    code: 5,
    means:
      'replay: the read model differs from the log; parked retry: parked anew; export: the last line does not fit',
  },
} as const;

export type Exit = keyof typeof EXIT;

/** Ends a command with a sentence on stderr and the exit code of its row. */
export class CommandFailed extends Error {
  readonly exit: Exit;
  /** The service's answer, printed whole with `--json`. */
  readonly answer: unknown;

  constructor(exit: Exit, message: string, options: { answer?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailed';
    this.exit = exit;
    this.answer = options.answer;
  }
}
