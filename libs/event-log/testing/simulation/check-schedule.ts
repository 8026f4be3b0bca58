import {
  endOf,
  isOwn,
  lastVersionOf,
  type LogDocument,
  readCommitKey,
} from '../../src/drivers/mongodb/log-document.js';
import type { Append } from '../../src/event-log.js';
import type { Outcome, Ran } from './run-schedule.js';

/** Every property of the log that a schedule violated (design §4), in words; none for a protocol that is right. */
export function violationsOf({ documents, outcomes, broken }: Ran): string[] {
  const violations = [...broken];
  let position = 0;
  const ends = new Map<string, { n: number; version: number }>();
  for (const document of documents) {
    const { streamId, n } = readCommitKey(document.commit);
    const end = ends.get(streamId) ?? { n: 0, version: 0 };
    if (document._id !== position + 1) violations.push(`position ${document._id} follows ${position}`);
    if (n !== end.n + 1) violations.push(`commit ${document.commit} follows number ${end.n}`);
    if (document.fromVersion !== end.version + 1) {
      violations.push(`${document.commit} has version ${document.fromVersion} after ${end.version}`);
    }
    position = endOf(document);
    ends.set(streamId, { n, version: lastVersionOf(document) });
  }
  return [...violations, ...outcomes.flatMap((outcome) => violationsOfCommand(outcome, documents))];
}

function violationsOfCommand({ append, answers }: Outcome, documents: Ran['documents']): string[] {
  const violations: string[] = [];
  const found = documents.filter((document) => isOwn(document, append));
  const [only] = found;
  const name = append.commitId;
  if (found.length > 1) violations.push(`${name} is in the log ${found.length} times`);
  for (const answer of answers) {
    if (answer === 'conflict' && only !== undefined) violations.push(`${name} conflicted, and is in the log`);
    if (answer === 'conflict' && !documents.some((document) => isInPlaceOf(append, document)))
      violations.push(`${name} conflicted, and nothing is in its place`);
    if (typeof answer !== 'object') continue;
    if (only === undefined) violations.push(`${name} was acknowledged, and is not in the log`);
    else if (answer.position !== endOf(only) || answer.streamVersion !== lastVersionOf(only)) {
      violations.push(`${name} was acknowledged at ${answer.position}, and is at ${endOf(only)}`);
    }
  }
  const isNowhere = answers.every((answer) => answer === 'not written' || answer === 'conflict');
  if (isNowhere && only !== undefined) violations.push(`${name} was not written, and is in the log`);
  return violations;
}

/** Whether another command got the version that this one asked for: the only evidence of a conflict. */
const isInPlaceOf = ({ streamId, expectedVersion, events }: Append, document: LogDocument): boolean =>
  readCommitKey(document.commit).streamId === streamId &&
  document.fromVersion <= expectedVersion + 1 &&
  expectedVersion < lastVersionOf(document) &&
  !isOwn(document, { events });
