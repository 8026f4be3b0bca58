/** Codes of MongoDB: authentication failed, not authorised. Waiting would mend neither. */
const CODES: readonly unknown[] = [18, 13];

/** What an operator is told then. */
export const CREDENTIALS_REFUSED = 'ROLLBOOK_MONGODB_URL: the database refuses these credentials';

/** Whether an error at the start, or one behind it, says that the database is there and refuses the credentials. */
export function credentialsRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && CODES.includes(error.code)) || credentialsRefused(error.cause);
}
