import { isDuplicate } from './models-database.js';

/** Sends operations as one unordered bulk, and gives what the driver says of it. */
export type SendBulk<Operation> = (
  operations: Operation[],
) => Promise<{ insertedCount: number; matchedCount: number }>;

type Outcome = {
  insertedCount: number;
  matchedCount: number;
  /** Indices of the inserts whose key exists. */
  duplicates: ReadonlySet<unknown>;
};

/**
 * Sends what several callers want to write, each operation conditional on what is stored, as one unordered bulk
 * (design §8).
 *
 * @returns for each caller, in order: true, all of its operations found what they ask for and are done; false, at least
 *   one did not, or may not have, so only a fresh look tells. Which insert met an existing key is known; of updates and
 *   replacements only how many found their document, so when one did not, every caller that has some gets false.
 *   Rejects when the outcome is unknown: then any part of it may be done.
 */
export async function sendTogether<Operation extends object>(
  callers: readonly (readonly Operation[])[],
  send: SendBulk<Operation>,
): Promise<boolean[]> {
  const operations = callers.flat();
  const { insertedCount, matchedCount, duplicates } = await outcomeOf(operations, send);
  const inserts = operations.filter(isInsert).length;
  const insertsAreTold = insertedCount + duplicates.size === inserts;
  const allMatched = matchedCount === operations.length - inserts;
  let end = 0;
  return callers.map((own) => {
    const start = end;
    end += own.length;
    return own.every((operation, i) =>
      isInsert(operation) ? insertsAreTold && !duplicates.has(start + i) : allMatched,
    );
  });
}

/** The same for one caller; without operations nothing is sent. */
export async function conditionally<Operation extends object>(
  operations: readonly Operation[],
  send: SendBulk<Operation>,
): Promise<boolean> {
  if (operations.length === 0) return true;
  const [done] = await sendTogether([operations], send);
  return done === true;
}

const isInsert = (operation: object): boolean => 'insertOne' in operation;

async function outcomeOf<Operation>(operations: Operation[], send: SendBulk<Operation>): Promise<Outcome> {
  try {
    const { insertedCount, matchedCount } = await send(operations);
    return { insertedCount, matchedCount, duplicates: new Set() };
  } catch (error) {
    const outcome = onlyDuplicates(error);
    if (outcome === null) throw error;
    return outcome;
  }
}

/** Of an unordered bulk: all that failed are inserts whose key exists. Null for anything else: the outcome is unknown. */
function onlyDuplicates(error: unknown): Outcome | null {
  if (!(error instanceof Error) || !('writeErrors' in error)) return null;
  const failed = [error.writeErrors].flat() as { index?: unknown }[];
  if (failed.length === 0 || !failed.every(isDuplicate)) return null;
  if (!('result' in error) || !(error.result instanceof Object)) return null;
  const { insertedCount, matchedCount, getWriteConcernError } = error.result as Partial<Outcome> & {
    getWriteConcernError?: () => unknown;
  };
  if (getWriteConcernError?.call(error.result)) return null;
  // What it does not tell counts as not done.
  return {
    insertedCount: insertedCount ?? Number.NaN,
    matchedCount: matchedCount ?? Number.NaN,
    duplicates: new Set(failed.map(({ index }) => index)),
  };
}
