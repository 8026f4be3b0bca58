/**
 * Whether it is Node's own word for a connection that failed (`ECONNRESET`, `EPIPE`, …): MongoDB's driver hands it on as
 * it is when a connection breaks while a request is still being written to it.
 */
export function isNetworkFailure(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
