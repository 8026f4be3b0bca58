const CREDENTIALS_IN_URL = /\/\/[^\s/@]*@/g;

/** What went wrong, for status, metrics and log lines: one line, without the credentials that an URL may hold. */
export function sayError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(CREDENTIALS_IN_URL, '//…@').replace(/\s+/g, ' ').trim();
}
