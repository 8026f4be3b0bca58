// Beginning and end of a jest run whose suites may need servers, in the process that starts the workers. From `dist`,
// as everything that the levels int and e2e run.
import { beginRun } from '../../dist/test/servers/run.js';

export default beginRun;
